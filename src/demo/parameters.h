/* demo/parameters.h - the figures of the demonstration company, each with a name, a unit and a
 * source; parameters.def is the table.
 *
 * A plain value; anybody may read it from any thread.
 */
#pragma once

#include "base/why.h"

enum parameter {
#define F(id, name, preset, least, most, unit, source, english, french) PARAMETER_##id,
#include "demo/parameters.def"
#undef F
	PARAMETER_COUNT_
};

enum parameter_unit {
	PARAMETER_UNIT_SHARE, /* 0 to 1 */
	PARAMETER_UNIT_TIMES, /* a factor */
	PARAMETER_UNIT_NUMBER,
	PARAMETER_UNIT_PER_YEAR, /* per subscriber */
	PARAMETER_UNIT_PER_MILLION, /* per million subscribers */
	PARAMETER_UNIT_SECONDS,
	PARAMETER_UNIT_HOURS,
	PARAMETER_UNIT_DAYS,
	PARAMETER_UNIT_CENTS,
	PARAMETER_UNIT_POINTS,
	PARAMETER_UNIT_COUNT_
};
enum parameter_source { PARAMETER_PUBLISHED, PARAMETER_ESTIMATE };

struct parameter_row {
	str name;
	double preset, least, most;
	enum parameter_unit unit;
	enum parameter_source source;
	str words[2]; /* what it is, by enum language */
};
const struct parameter_row *parameter_row(enum parameter parameter);
str parameter_unit_name(enum parameter_unit unit); /* "per year"; stable, English */

struct parameters {
	double value[PARAMETER_COUNT_];
};
struct parameters parameters_preset(void);
/* `text` is NAME=VALUE.  ERR_SYNTAX: not of that form or no number; ERR_NOT_FOUND: no such name,
 * with the nearest one; ERR_LIMIT: outside the row's bounds.  On an error nothing changes. */
err parameters_set(struct parameters *parameters, str text, struct why *why);
