/* thread/told.h - what records say of the customer himself: their traits, kept beside the rows.
 *
 * A profile (profile/traits.h) weighs every telling of every trait.  Of a customer's rows few have
 * any (ROW_TELLS), so a profile looks at these alone, and finds them here instead of in the
 * journal, where each would unseal a block.
 *
 * A telling is the record's source and traits.  Programs say the same again at each visit: a text
 * is kept once, a row costs 8 bytes more.  What is too long, or past TOLD_TEXTS_BYTES_MAX of all
 * texts together, stays in the journal alone, and its row says so: told_of() answers
 * TOLD_IN_JOURNAL.
 *
 * The text: a record's canonical bytes (event/codec.h), of kind ENTITY, with nothing but source,
 * traits, and, where the record itself has no time, the time of its receipt.
 *
 * Rows that are hidden stay.  What was erased goes for good when the state is renewed from the
 * journal, as in attribute columns.
 *
 * Threads: one writer; views are read by any thread.
 */
#pragma once

#include "base/saving.h"
#include "event/record.h"

#define TOLD_TEXTS_BYTES_MAX ((uint64_t)4 << 30) /* of all texts; past it the journal is read */

struct told;
struct told_view;

struct told *told_create(void);
void told_free(struct told *told); /* NULL is fine; views stay valid */
size_t told_resident_bytes(const struct told *told);

/* Row `row`, which is above all rows before, is that of `record`.  False: it says nothing. */
bool told_add(struct told *told, uint32_t row, const struct record *record);

/* One reference, for the caller. */
struct told_view *told_publish(struct told *told);
struct told_view *told_view_ref(struct told_view *view);
void told_view_unref(struct told_view *view); /* NULL is fine */

size_t told_rows(const struct told_view *view); /* that tell something */

enum told_where { TOLD_NOTHING, TOLD_HERE, TOLD_IN_JOURNAL };
/* Where: *bytes, for record_decode(), lives as long as the view. */
enum told_where told_of(const struct told_view *view, uint32_t row, str *bytes);
/* For who looks through all of them: the i-th telling's row, ascending with i, and the code of its
 * text, or STRINGS_NONE: in the journal alone.  Codes are below told_texts(). */
size_t told_texts(const struct told_view *view);
str told_text(const struct told_view *view, uint32_t code);
uint32_t told_at(const struct told_view *view, size_t i, uint32_t *row);
/* Is what `row` has what `record` says?  What lies in the journal alone always is. */
bool told_is(const struct told_view *view, uint32_t row, const struct record *record);

/* As identity_save() and identity_load().  The entry:
 *
 *   u32 version, 1
 *   u64 bytes of all texts
 *   the dictionary of texts (strings_save)
 *   the table of rows: u32 row, ascending; u32 code of its text, or 4294967295: in the journal */
void told_save(struct told *told, struct saving *saving);
err told_load(struct file *file, str *index, struct told **out, struct why *why);
