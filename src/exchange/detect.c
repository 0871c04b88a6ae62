/* exchange/detect.c - which format a file is in; see exchange_detect() in inputs.h */
#include "exchange/inputs.h"

#include <string.h>
#include <strings.h>

static bool ends_fold(str name, str ending)
{
	return name.len >= ending.len &&
	       strncasecmp(name.ptr + name.len - ending.len, ending.ptr, ending.len) == 0;
}

static str without_packing(str name)
{
	if (ends_fold(name, STR(".gz")))
		name.len -= 3;
	else if (ends_fold(name, STR(".zst")))
		name.len -= 4;
	return name;
}

static enum exchange_format by_name(str name)
{
	static const struct {
		str ending;
		enum exchange_format format;
	} endings[] = {
		{ STR_INIT(".csv"), EXCHANGE_CSV },
		{ STR_INIT(".tsv"), EXCHANGE_TSV },
		{ STR_INIT(".tab"), EXCHANGE_TSV },
		{ STR_INIT(".jsonl"), EXCHANGE_JSONL },
		{ STR_INIT(".ndjson"), EXCHANGE_JSONL },
		{ STR_INIT(".jsonocel"), EXCHANGE_OCEL },
		{ STR_INIT(".ocel.json"), EXCHANGE_OCEL },
		{ STR_INIT(".ocel"), EXCHANGE_OCEL },
		{ STR_INIT(".xes"), EXCHANGE_XES },
	};

	name = without_packing(name);
	for (size_t i = 0; i < ARRAY_LEN(endings); i++)
		if (ends_fold(name, endings[i].ending))
			return endings[i].format;
	return EXCHANGE_UNKNOWN;
}

bool exchange_is_named(str name)
{
	static const str others[] = { STR_INIT(".json"), STR_INIT(".xmlocel"), STR_INIT(".log"),
		STR_INIT(".rows"), STR_INIT(".xlsx"), STR_INIT(".xls"), STR_INIT(".ods"),
		STR_INIT(".zip") };

	name = without_packing(name);
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (ends_fold(name, others[i]))
			return true;
	return by_name(name) != EXCHANGE_UNKNOWN;
}

/* An OCEL document is one object whose members these are; a JSON line never starts so. */
static bool is_ocel(str bytes)
{
	static const str members[] = { STR_INIT("\"objectTypes\""), STR_INIT("\"eventTypes\""),
		STR_INIT("\"objects\""), STR_INIT("\"events\""), STR_INIT("\"ocel:") };

	bytes = str_trim(str_from(bytes, 1));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		if (str_starts(bytes, members[i]))
			return true;
	return false;
}

static enum exchange_format by_table(str bytes)
{
	const char *end = memchr(bytes.ptr, '\n', bytes.len);
	size_t tabs = 0, others = 0;

	if (end != NULL)
		bytes.len = (size_t)(end - bytes.ptr);
	for (size_t i = 0; i < bytes.len; i++) {
		tabs += bytes.ptr[i] == '\t';
		others += bytes.ptr[i] == ',' || bytes.ptr[i] == ';';
	}
	return tabs > others ? EXCHANGE_TSV : EXCHANGE_CSV;
}

enum exchange_format exchange_detect(str name, str first_bytes)
{
	enum exchange_format named = by_name(name);
	str bytes = first_bytes;

	(void)str_skip_prefix(&bytes, STR("\xef\xbb\xbf")); /* a byte order mark, or not */
	bytes = str_trim(bytes);
	if (bytes.len == 0)
		return named;
	if (bytes.ptr[0] == '<')
		return EXCHANGE_XES;
	if (bytes.ptr[0] == '{') {
		if (named == EXCHANGE_JSONL || named == EXCHANGE_OCEL)
			return named;
		return is_ocel(bytes) ? EXCHANGE_OCEL : EXCHANGE_JSONL;
	}
	if (named != EXCHANGE_UNKNOWN)
		return named;
	if (str_starts(bytes, STR("\xff\xfe")) || str_starts(bytes, STR("\xfe\xff")))
		return EXCHANGE_CSV; /* a table of a spreadsheet, as "Unicode text" */
	if (str_has(bytes, '\0'))
		return named;
	return by_table(bytes);
}
