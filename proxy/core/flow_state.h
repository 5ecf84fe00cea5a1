/* The inside of a flow, for the files that are its steps. Private. */
#ifndef CORE_FLOW_STATE_H
#define CORE_FLOW_STATE_H

#include "flow.h"

/* Each half of an exchange goes this way; early responses and 1xx are combinations of the two
 * halves. */
enum half {
    HALF_IDLE,   /* nothing of the message has been read */
    HALF_HEAD,   /* its head was read and waits to be forwarded */
    HALF_BODY,   /* its head went out, its body is on its way */
    HALF_DONE,   /* all of it went out */
    HALF_TUNNEL, /* no longer HTTP: bytes both ways */
};

/* What a flow's one deadline stands for. */
enum wait {
    WAIT_NONE,     /* somebody else's deadline runs (the upstream is connecting) */
    WAIT_REQUEST,  /* for the first byte of a request */
    WAIT_HEAD,     /* for the rest of a request head */
    WAIT_RESPONSE, /* for a response head */
    WAIT_BODY,     /* for bytes of a body, or for room for them */
    WAIT_TUNNEL,   /* for bytes of a tunnel */
};

struct flow {
    struct flow_env *env;
    struct list node;             /* in env->flows */
    const struct conn_info *info; /* of the client's connection */
    const struct route *home;     /* of requests that name no host */
    const struct route *route;    /* of the exchange that runs */
    struct stream *client;        /* NULL once the flow is closing */
    struct stream *upstream;      /* NULL unless an exchange has one */
    struct exchange *x;           /* the exchange that runs; NULL between two */
    enum half request;
    enum half response;
    struct transfer up;      /* the request's body */
    struct transfer down;    /* the response's body */
    size_t scanned;          /* bytes of the request head that hold no end */
    size_t response_scanned; /* the same for the response head */
    unsigned interim;        /* 1xx responses forwarded in this exchange */
    enum err_code refuse;    /* answer the next request with this error; ERR_NONE: do not */
    bool fresh;              /* the next upstream stream must not have served anybody */
    bool spoke_first;        /* the upstream sent something before it was asked */
    bool close;              /* the client's connection ends with this exchange */
    bool torn;               /* it must not look as if that were the end of what it gets */
    bool pumping;            /* flow_pump is on the stack */
    bool again;              /* an event came while it was */
    bool closing;            /* flow_close was called */
    enum wait wait;          /* what the deadline stands for */
    struct deadline deadline;
    struct worker_task reap; /* frees the flow at the end of the tick */
};

/* The steps, in the direction of the data. Each returns true when something moved. */
bool flow_take_request(struct flow *f);
bool flow_open_origin(struct flow *f);
bool flow_give_request(struct flow *f);
bool flow_take_response(struct flow *f);
bool flow_give_response(struct flow *f);
bool flow_tunnel(struct flow *f);
bool flow_finish_exchange(struct flow *f);

/* The exchange goes to the upstream of the port, or of the CONNECT, that it came by. */
void flow_go_home(struct flow *f);

/* The network's proxy, when this exchange has to be asked of it in absolute form; NULL: it has not.
 */
const struct via *flow_asks_via(const struct flow *f);

/* flow_forward.c: where the exchange goes, whose head was read; -1 with *err when it may go
 * nowhere. */
int flow_choose_route(struct flow *f, struct err *err);

/* flow_host.c: a host in lower case, in the arena: names are compared and looked up without regard
 * to case, and one spelling serves all. Without memory it is empty, its ptr NULL. */
struct span flow_lower(struct arena *arena, struct span host);

/* The request names this proxy as its host: it means the upstream. */
bool flow_is_ourselves(const struct flow *f, struct span host, uint16_t port);

/* The upstream of that name, on whatever port, or NULL. */
const struct upstream_address *flow_upstream_named(const struct flow_env *env, struct span host);

/* A host that a client calls as BitGo's: of its production or test environment, or an upstream's.
 * Another port of this machine is another program, whatever the upstream. */
bool flow_is_bitgos(const struct flow_env *env, struct span host);

/* The request is refused, perhaps before its way was chosen: if it was meant for somebody else, the
 * exchange is foreign from now on. */
void flow_note_stranger(struct flow *f);

/* Takes everything out of somebody else's exchange but host and port. */
void flow_blank_stranger(struct exchange *x);

/* rebinding.c: -1 with ERR_HOST for a request that a page in a browser may have sent to a name of
 * its own. */
int flow_check_host(struct flow *f, struct err *err);

/* The exchange is a CONNECT. */
bool flow_is_connect(const struct flow *f);

/* Answers a CONNECT to an upstream: from now on its client speaks to us as if we were it. */
void flow_intercept(struct flow *f);

/* A CONNECT to another host, once that is connected: from now on bytes go both ways. */
bool flow_enter_tunnel(struct flow *f);

/* Hands the finished exchange to whom it may concern. */
void flow_hand_over(struct flow *f, struct exchange *x);

/* Begins the next exchange; its request has not been read yet. -1 when memory is out. */
int flow_begin_exchange(struct flow *f);

/* Moves the fields of a head that was read into env->fields to the exchange's arena. -1 when it is
 * full; the head then has none. */
int flow_keep_fields(struct flow *f, struct http_head *head);

/* The proxy answers by itself, if nothing of a response went out yet; else the client is cut off.
 * The exchange then has that error. Between two exchanges it begins one, for a head that never
 * became whole. */
void flow_refuse(struct flow *f, const struct err *why);

/* The upstream stream broke or ended before a whole response head: tries once more where that is
 * safe, else refuses. */
void flow_upstream_failed(struct flow *f);

/* The exchange is over before its messages are: the other side went away. */
void flow_abort(struct flow *f, enum outcome outcome, const struct err *why);

/* Gives the upstream stream back. */
void flow_release_upstream(struct flow *f, bool reuse);

/* The client's connection ends; with grace what was written still reaches it. Where the flow is
 * torn the end shows that. */
void flow_close(struct flow *f, bool grace);

#endif
