#pragma once

#include "cache/sqlite_database.hpp"

namespace spritefarm::cache {

/// Creates the ledger's tables in an empty database, without BEGIN and COMMIT. Throws SqliteError.
void create_schema(SqliteDatabase& database);

/// Whether a database holds nothing, not even an application id.
bool is_empty(SqliteDatabase& database);

/// Checks that a database was made by create_schema() of this or an earlier version: that it has our tables,
/// word for word, and nothing beside them. So no trigger, view or generated column of a stranger ever runs.
/// Returns the version. Throws SqliteError: SQLITE_NOTADB if somebody else made it.
int check_schema(SqliteDatabase& database);

/// Upgrades a checked database of an earlier version. Throws SqliteError.
void upgrade_schema(SqliteDatabase& database, int version);

}  // namespace spritefarm::cache
