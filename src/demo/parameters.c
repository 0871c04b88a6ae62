/* demo/parameters.c - see parameters.h */
#include "demo/parameters.h"

#include "base/json.h"
#include "base/near.h"

static const struct parameter_row rows[PARAMETER_COUNT_] = {
#define F(id, name, preset, least, most, unit, source, english, french) \
	{ STR_INIT(name), preset, least, most, PARAMETER_UNIT_##unit, PARAMETER_##source, \
		{ STR_INIT(english), STR_INIT(french) } },
#include "demo/parameters.def"
#undef F
};

const struct parameter_row *parameter_row(enum parameter parameter)
{
	ASSERT(parameter < PARAMETER_COUNT_);
	return &rows[parameter];
}

str parameter_unit_name(enum parameter_unit unit)
{
	static const str names[PARAMETER_UNIT_COUNT_] = { [PARAMETER_UNIT_SHARE] =
								  STR_INIT("share"),
		[PARAMETER_UNIT_TIMES] = STR_INIT("times"),
		[PARAMETER_UNIT_NUMBER] = STR_INIT("count"),
		[PARAMETER_UNIT_PER_YEAR] = STR_INIT("per-year"),
		[PARAMETER_UNIT_PER_MILLION] = STR_INIT("per-million"),
		[PARAMETER_UNIT_SECONDS] = STR_INIT("seconds"),
		[PARAMETER_UNIT_HOURS] = STR_INIT("hours"),
		[PARAMETER_UNIT_DAYS] = STR_INIT("days"),
		[PARAMETER_UNIT_CENTS] = STR_INIT("cents"),
		[PARAMETER_UNIT_POINTS] = STR_INIT("points") };

	return names[unit];
}

struct parameters parameters_preset(void)
{
	struct parameters parameters;

	for (size_t i = 0; i < PARAMETER_COUNT_; i++)
		parameters.value[i] = rows[i].preset;
	return parameters;
}

/* 480 rather than 480.0. */
static str number_text(double number, char out[static JSON_FLOAT_BYTES])
{
	str text = { out, json_float_text(number, out) };

	return str_ends(text, STR(".0")) ? str_upto(text, text.len - 2) : text;
}

err parameters_set(struct parameters *parameters, str text, struct why *why)
{
	str names[PARAMETER_COUNT_], name, number;
	double value;

	if (!str_split(text, '=', &name, &number) || !json_number(number, &value))
		return fail(why, MSG_PARAMETER_FORMAT, arg_str(text));
	for (size_t i = 0; i < PARAMETER_COUNT_; i++) {
		names[i] = rows[i].name;
		if (!str_equal(rows[i].name, name))
			continue;
		if (!(value >= rows[i].least && value <= rows[i].most)) {
			char bounds[2][JSON_FLOAT_BYTES];
			str least = number_text(rows[i].least, bounds[0]);
			str most = number_text(rows[i].most, bounds[1]);
			return fail(why, MSG_PARAMETER_RANGE, arg_str(name), arg_str(number),
				arg_str(least), arg_str(most));
		}
		parameters->value[i] = value;
		return OK;
	}
	str nearest = near_best(name, names, PARAMETER_COUNT_);
	if (nearest.len == 0)
		return fail(why, MSG_PARAMETER_UNKNOWN, arg_str(name));
	return fail(why, MSG_PARAMETER_NEAR, arg_str(name), arg_str(nearest));
}
