/* The two halves of a kind of condition: how it is read, and when it holds. */
#ifndef WHY401_EXPLAIN_KINDS_H
#define WHY401_EXPLAIN_KINDS_H

#include "condition.h"

/* How the body of an answer is written; the order of the words of "answer". */
enum answer_kind { ANSWER_JSON, ANSWER_HTML, ANSWER_TEXT, ANSWER_EMPTY };

/* Each reads what stands behind the kind's name. 0, or -1 with the reader's error. */
typedef int condition_reader(struct condition *c, const json_t *value, struct reader *r);
condition_reader read_text_test, read_statuses, read_header, read_json, read_answer, read_globs,
    read_paths, read_network, read_flag, read_token, read_environment;

typedef bool condition_holder(const struct condition *c, struct subject *s);
condition_holder error_holds, name_holds, body_holds, status_holds, response_header_holds,
    response_json_holds, answer_holds, method_holds, path_holds, coin_holds, family_holds,
    network_holds, request_header_holds, request_json_holds, request_known_holds,
    needs_bearer_holds, token_holds, finding_holds, environment_holds;

#endif
