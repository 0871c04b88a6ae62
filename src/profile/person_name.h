/* profile/person_name.h - what somebody is called, as his traits tell it.
 *
 *   whole    name, fullname, displayname, nomcomplet
 *   given    firstname, givenname, prenom
 *   family   lastname, familyname, surname, nom
 *
 * Keys in any case, with _, - or blanks or without, prénom too.  A whole name is told before given
 * and family together.  Of several keys that say the same part, the one told last says it.
 *
 * Pure functions.
 */
#pragma once

#include "profile/traits.h"

enum name_part { NAME_NONE, NAME_WHOLE, NAME_GIVEN, NAME_FAMILY, NAME_PARTS };
enum { PERSON_NAME_BYTES_MAX = 200 }; /* what is longer is cut */

enum name_part name_part_of(str key);

/* Of traits that are decided, in `arena`; "" if they tell none, or there is no room. */
str person_name_of(const struct profile_trait *traits, size_t count, struct arena *arena);
