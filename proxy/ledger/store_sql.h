/* What the files that speak SQL share. Private to store*.c. */
#ifndef LEDGER_STORE_SQL_H
#define LEDGER_STORE_SQL_H

#include "store.h"

/* A macro's value inside of a statement. */
#define STR(s)  STR_(s)
#define STR_(s) #s

/* *err says what the ledger could not be ("read", "written"), and SQLite's reason. Returns -1. */
int store_failed(sqlite3 *db, const char *doing, struct err *err);

#endif
