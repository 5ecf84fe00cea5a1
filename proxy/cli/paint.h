/* Colours for what the demo prints: empty strings where there is no terminal or NO_COLOR says no.
 */
#ifndef WHY401_CLI_PAINT_H
#define WHY401_CLI_PAINT_H

struct paint {
    const char *reset;
    const char *bold;
    const char *dim;
    const char *red;
    const char *green;
    const char *cyan;
};

/* For text that goes to the descriptor. */
const struct paint *paint_for(int fd);

#endif
