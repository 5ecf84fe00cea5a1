/* The subcommands. Each gets the arguments behind its name and returns the program's exit code. */
#ifndef WHY401_CLI_COMMANDS_H
#define WHY401_CLI_COMMANDS_H

int command_run(int argc, char **argv);
int command_exec(int argc, char **argv);
int command_mock(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_report(int argc, char **argv);
int command_tokens(int argc, char **argv);
int command_ca(int argc, char **argv);
int command_rules(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_scenarios(int argc, char **argv);

/* Their help texts. */
extern const char help_overview[];
extern const char help_run[];
extern const char help_exec[];
extern const char help_mock[];
extern const char help_demo[];
extern const char help_ca[];
extern const char help_tokens[];
extern const char help_report[];
extern const char help_rules[];
extern const char help_explain[];
extern const char help_scenarios[];

#endif
