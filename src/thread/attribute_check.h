/* thread/attribute_check.h - are the attribute columns what the records of the rows say?
 *
 * The records are told again, row by row; each value must stand in the column that attribute.h
 * names, or its row must be among those of which some value is in no column; and no column may
 * have a value that no record has.  Which values a budget left out is not asked: that depends on
 * records that may be erased since.
 *
 * Memory: 12 KiB for each column, a bit for each row.
 */
#pragma once

#include "thread/attribute.h"

struct attributes_check;

/* `rows`: as many as there are at most.  The view must live as long. */
struct attributes_check *attributes_check_create(const struct attributes_view *view, size_t rows);
void attributes_check_free(struct attributes_check *check); /* NULL is fine */

/* In the order of the rows.  False: the columns say otherwise, of this row or of one between it
 * and the last. */
bool attributes_check_row(
	struct attributes_check *check, uint32_t row, const struct record *record);
/* Of this row nothing is known any more: what the columns have of it passes. */
void attributes_check_pass(struct attributes_check *check, uint32_t row);
/* Is nothing left behind the last row? */
bool attributes_check_end(struct attributes_check *check);
