/* matching/nickname.h - given names that stand for each other: Bob for Robert, Manu for Emmanuel.
 *
 * A small table, English and French (nicknames.def); a name may belong to several groups.
 * Pure functions over folded text (fold.h).
 */
#pragma once

#include "base/base.h"

/* One bit for each group that the name belongs to, folded onto 64: two names with a common bit
 * may stand for each other; nickname_same() says whether they do.  0 for most names. */
uint64_t nickname_groups(str folded);
bool nickname_same(str a, str b);
