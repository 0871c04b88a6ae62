/* exchange/xes.c - XES read as a stream of elements; see xes.h
 *
 * SAX and not libxml2's pull reader: no node is ever built, which is most of the time saved.
 *
 *   frames[]   the open elements
 *   pending[]  attributes already closed, of the open elements, outermost first; an element that
 *              closes takes its own off the end, as a map, and puts itself there instead:
 *
 *     log attributes | trace attributes | event attributes | nested ones of an open attribute
 *                    ^ trace_mark       ^ event_mark
 *
 * Texts and arrays lie in the arena of the log, the trace or the event: each is emptied when the
 * next one begins.
 */
#include "exchange/xes.h"

#include "exchange/xes_build.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1 << 16, PENDING_MAX = 1 << 21, XML_FIELDS = 5 };

enum frame_kind {
	FRAME_LOG,
	FRAME_TRACE,
	FRAME_EVENT,
	FRAME_EXTENSION,
	FRAME_GLOBAL,
	FRAME_CLASSIFIER,
	FRAME_ATTRIBUTE,
	FRAME_VALUES,
	FRAME_SKIP,
};

struct frame {
	enum frame_kind kind;
	enum xes_type type; /* ATTRIBUTE */
	size_t mark; /* where its own begin in pending[] */
	str key, text;
	struct value values; /* of a list; of GLOBAL: its XML attributes */
};

struct xes {
	struct input *input;
	struct record_sink *sink;
	struct read_summary *summary;
	struct why *why;
	struct xes_options options;
	xmlParserCtxtPtr parser;
	err error; /* the reading ended by it */
	bool input_end;
	char buffer[READ_BYTES];
	size_t at, have;

	struct build build;
	struct frame frames[XES_DEPTH_MAX];
	size_t depth;
	struct attribute *pending;
	size_t pending_count, pending_size;
	struct arena *arenas[3]; /* log, trace, event */
	size_t memory_max[3];
	struct log_parts log;
	struct trace_parts trace;
	size_t trace_mark, event_mark;
	bool in_trace, in_event, trace_begun; /* begun: an event of it was seen */
	bool event_too_large;
	int64_t event_line;
};

/* ---- ending, and places */

static int64_t line_of(const struct xes *x)
{
	return x->parser->input == NULL ? -1 : x->parser->input->line;
}

static void stop(struct xes *x, err e)
{
	x->error = e;
	xmlStopParser(x->parser);
}

static void stop_for(struct xes *x, enum message what, struct arg arg)
{
	if (x->error != OK)
		return;
	why_at(x->why, x->input->name, line_of(x), -1, -1);
	stop(x, fail(x->why, what, arg));
}

static struct arena *arena_now(const struct xes *x)
{
	return x->arenas[x->in_event ? 2 : x->in_trace ? 1 : 0];
}

/* No room: an event alone is given up, a trace or a log is not. */
static void no_room(struct xes *x)
{
	if (x->in_event) {
		x->event_too_large = true;
		return;
	}
	if (x->error != OK)
		return;
	why_at(x->why, x->input->name, line_of(x), -1, -1);
	stop(x, fail(x->why, MSG_NO_ROOM, arg_str(x->in_trace ? STR("trace") : STR("log")),
			arg_int((int64_t)x->memory_max[x->in_trace ? 1 : 0])));
}

/* ---- to the sink */

static void give(struct xes *x, const struct record *record, int64_t line)
{
	const struct place place = { .line = line, .column = -1, .offset = -1 };
	err e = x->sink->record(x->sink, record, &place, x->why);

	if (e != OK)
		stop(x, e);
	else
		x->summary->records++;
}

static void give_reject(struct xes *x, enum message what, str detail, int64_t line, str raw)
{
	struct why reason = { 0 };

	why_at(&reason, x->input->name, line, -1, -1);
	if (what == MSG_RECORD_TOO_LARGE)
		(void)fail(&reason, what, arg_int((int64_t)x->memory_max[2]),
			arg_int(RECORD_BYTES_MAX)); /* for the sink, not for us */
	else
		(void)fail(&reason, what, arg_str(detail)); /* likewise */
	err e = x->sink->reject(x->sink, &reason, raw, x->why);
	if (e != OK)
		stop(x, e);
	else
		x->summary->rejects++;
}

/* The event that is refused, alone in its trace, as XES: so that it can be put right. */
static void reject_event(struct xes *x, enum message what, str detail)
{
	struct strbuf text = strbuf_heap(XES_REJECT_BYTES_MAX);

	if (x->in_trace)
		strbuf_add(&text, STR("<trace>\n"));
	for (size_t i = x->trace_mark; x->in_trace && i < x->event_mark; i++)
		xes_put_attribute(&text, 1, STR(""), x->pending[i].key, &x->pending[i].value);
	strbuf_add(&text, STR("\t<event>\n"));
	for (size_t i = x->event_mark; i < x->pending_count; i++)
		xes_put_attribute(&text, 2, STR(""), x->pending[i].key, &x->pending[i].value);
	strbuf_add(&text, x->in_trace ? STR("\t</event>\n</trace>\n") : STR("\t</event>\n"));
	give_reject(x, what, detail, x->event_line,
		str_cut((str){ text.ptr, text.len }, XES_REJECT_BYTES_MAX));
	strbuf_done(&text);
}

/* ---- pending attributes */

static void push(struct xes *x, str key, const struct value *value)
{
	if (x->pending_count == PENDING_MAX) {
		no_room(x);
		return;
	}
	if (x->pending_count == x->pending_size) {
		x->pending_size *= 2;
		x->pending = memory_resize(x->pending, x->pending_size * sizeof(*x->pending));
	}
	x->pending[x->pending_count++] = (struct attribute){ key, *value };
}

/* Takes all from `mark` off the end, as a map. */
static bool pop_map(struct xes *x, size_t mark, struct value *out)
{
	size_t count = x->pending_count - mark;
	struct attribute *items = NULL;

	if (count > 0) {
		items = arena_array(arena_now(x), count, sizeof(*items));
		if (items == NULL)
			return false;
		memcpy(items, x->pending + mark, count * sizeof(*items));
	}
	x->pending_count = mark;
	*out = (struct value){ .kind = VALUE_MAP, .map = { items, count } };
	return true;
}

/* ---- the attributes of an XML element */

static str xml_value(const xmlChar **a)
{
	return (str){ (const char *)a[3], (size_t)(a[4] - a[3]) };
}

/* A copy, with our own escapes undone where they count. */
static bool copy(struct xes *x, str text, bool escaped, str *out)
{
	str copied = arena_str(arena_now(x), text);

	if (copied.ptr == NULL)
		return false;
	if (escaped && x->build.ours)
		copied.len = xes_unescape((char *)(uintptr_t)copied.ptr, copied.len);
	*out = copied;
	return true;
}

static str xml_text(struct xes *x, const char *name, int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++, attributes += XML_FIELDS)
		if (strcmp((const char *)attributes[0], name) == 0 && attributes[1] == NULL)
			return xml_value(attributes);
	(void)x;
	return STR("");
}

static bool is_head_default(str key, str text)
{
	for (size_t i = 0; i < ARRAY_LEN(xes_head_defaults); i++)
		if (str_equal(xes_head_defaults[i].key, key))
			return str_equal(xes_head_defaults[i].value.string, text);
	return false;
}

/* All of them as a map of strings; of <log> only what its default does not say. */
static bool xml_map(struct xes *x, int count, const xmlChar **a, bool is_head, struct value *out)
{
	struct attribute *items = arena_array(arena_now(x), (size_t)count, sizeof(*items));
	size_t n = 0;

	if (items == NULL)
		return false;
	for (int i = 0; i < count; i++, a += XML_FIELDS) {
		struct strbuf key = strbuf_in(arena_now(x), 1 << 16);
		if (a[1] != NULL) {
			strbuf_add_c(&key, (const char *)a[1]);
			strbuf_add_byte(&key, ':');
		}
		strbuf_add_c(&key, (const char *)a[0]);
		if (!strbuf_ok(&key))
			return false;
		if (is_head && is_head_default(strbuf_str(&key), xml_value(a)))
			continue;
		items[n].key = strbuf_str(&key);
		items[n].value.kind = VALUE_STRING;
		if (!copy(x, xml_value(a), !is_head, &items[n++].value.string))
			return false;
	}
	*out = (struct value){ .kind = VALUE_MAP, .map = { items, n } };
	return true;
}

/* ---- log, trace, event: their ends */

/* Gives what stood in <log> so far; the traces may begin. */
static void end_head(struct xes *x)
{
	const struct log_parts *log = &x->log;
	struct record record;

	if (x->pending_count == 0 && log->head.map.count == 0 && log->extensions.count == 0 &&
		log->globals.count == 0 && log->classifiers.count == 0)
		return;
	if (!build_log(&x->build, log, x->pending, x->pending_count, x->arenas[0], &record)) {
		no_room(x);
		return;
	}
	give(x, &record, line_of(x));
	x->pending_count = 0;
	x->log = (struct log_parts){ 0 };
	arena_reset(x->arenas[0]);
}

static void begin_trace(struct xes *x)
{
	end_head(x);
	arena_reset(x->arenas[1]);
	x->in_trace = true;
	x->trace_begun = false;
	x->trace_mark = x->pending_count;
	x->trace = (struct trace_parts){ 0 };
}

static void begin_event(struct xes *x)
{
	if (!x->in_trace)
		end_head(x);
	else if (!x->trace_begun &&
		 !build_trace(&x->build, x->pending + x->trace_mark,
			 x->pending_count - x->trace_mark, x->arenas[1], &x->trace)) {
		no_room(x);
		return;
	}
	x->trace_begun = true;
	arena_reset(x->arenas[2]);
	x->in_event = true;
	x->event_too_large = false;
	x->event_mark = x->pending_count;
	x->event_line = line_of(x);
}

static void end_event(struct xes *x)
{
	static const struct trace_parts nowhere = { 0 };
	enum message reason = MSG_NONE;
	struct record record;
	str detail = STR("");

	if (!x->event_too_large)
		x->event_too_large = !build_event(&x->build, x->in_trace ? &x->trace : &nowhere,
			x->pending + x->event_mark, x->pending_count - x->event_mark, x->arenas[2],
			&record, &reason, &detail);
	if (x->event_too_large)
		reject_event(x, MSG_RECORD_TOO_LARGE, STR(""));
	else if (reason != MSG_NONE)
		reject_event(x, reason, detail);
	else
		give(x, &record, x->event_line);
	x->pending_count = x->event_mark;
	x->in_event = false;
}

static void end_trace(struct xes *x)
{
	struct record record;

	if (!x->trace_begun) {
		if (build_trace_entity(&x->build, x->pending + x->trace_mark,
			    x->pending_count - x->trace_mark, x->arenas[1], &record))
			give(x, &record, line_of(x));
		else
			no_room(x);
	}
	x->pending_count = x->trace_mark;
	x->in_trace = false;
}

/* ---- elements */

static bool is(const xmlChar *name, const char *word)
{
	return strcmp((const char *)name, word) == 0;
}

static enum frame_kind kind_below(const struct xes *x, const xmlChar *name, enum xes_type *type)
{
	const struct frame *parent = &x->frames[x->depth - 1];
	bool attribute = xes_type_of(str_of((const char *)name), type);

	switch (parent->kind) {
	case FRAME_LOG:
		if (is(name, "trace"))
			return FRAME_TRACE;
		if (is(name, "extension"))
			return FRAME_EXTENSION;
		if (is(name, "global"))
			return FRAME_GLOBAL;
		if (is(name, "classifier"))
			return FRAME_CLASSIFIER;
		return is(name, "event") ? FRAME_EVENT : attribute ? FRAME_ATTRIBUTE : FRAME_SKIP;
	case FRAME_TRACE:
		return is(name, "event") ? FRAME_EVENT : attribute ? FRAME_ATTRIBUTE : FRAME_SKIP;
	case FRAME_ATTRIBUTE:
		if (parent->type == XES_LIST && is(name, "values"))
			return FRAME_VALUES;
		return attribute ? FRAME_ATTRIBUTE : FRAME_SKIP;
	case FRAME_EVENT:
	case FRAME_GLOBAL:
	case FRAME_VALUES:
		return attribute ? FRAME_ATTRIBUTE : FRAME_SKIP;
	case FRAME_EXTENSION:
	case FRAME_CLASSIFIER:
	case FRAME_SKIP:
		break;
	}
	return FRAME_SKIP;
}

static bool begin_extension(struct xes *x, int count, const xmlChar **attributes)
{
	struct value map;

	if (!xml_map(x, count, attributes, false, &map))
		return false;
	if (!xes_is_ours(map.map.items, map.map.count))
		return value_list_add(&x->log.extensions, x->arenas[0], &map);
	x->build.ours = true;
	x->log.extensions.count = 0; /* those before it are the writer's own */
	x->build.zone.utc_ms = NULL; /* our own times tell their zone */
	return true;
}

static bool begin_attribute(struct xes *x, struct frame *f, int count, const xmlChar **attributes)
{
	str key = STR(""), text = STR("");

	for (int i = 0; i < count; i++, attributes += XML_FIELDS) {
		if (is(attributes[0], "key"))
			key = xml_value(attributes);
		else if (is(attributes[0], "value"))
			text = xml_value(attributes);
	}
	return copy(x, key, true, &f->key) && copy(x, text, true, &f->text);
}

static void misplaced(struct xes *x, const xmlChar *name)
{
	if (x->frames[x->depth - 1].kind != FRAME_SKIP)
		give_reject(x, MSG_XES_MISPLACED, str_of((const char *)name), line_of(x), STR(""));
}

static void begin(
	struct xes *x, struct frame *f, const xmlChar *name, int count, const xmlChar **attributes)
{
	bool ok = true;

	switch (f->kind) {
	case FRAME_LOG:
		ok = xml_map(x, count, attributes, true, &x->log.head);
		break;
	case FRAME_TRACE:
		begin_trace(x);
		break;
	case FRAME_EVENT:
		begin_event(x);
		break;
	case FRAME_EXTENSION:
		ok = begin_extension(x, count, attributes);
		break;
	case FRAME_CLASSIFIER:
		ok = xml_map(x, count, attributes, false, &f->values) &&
		     value_list_add(&x->log.classifiers, x->arenas[0], &f->values);
		break;
	case FRAME_GLOBAL:
		ok = xml_map(x, count, attributes, false, &f->values);
		break;
	case FRAME_ATTRIBUTE:
		if (x->in_trace && !x->in_event && x->trace_begun) {
			str key = xml_text(x, "key", count, attributes);
			give_reject(x, MSG_XES_LATE_ATTRIBUTE, key, line_of(x), STR(""));
			f->kind = FRAME_SKIP;
			break;
		}
		ok = x->event_too_large && x->in_event ? true
						       : begin_attribute(x, f, count, attributes);
		break;
	case FRAME_VALUES:
		break;
	case FRAME_SKIP:
		misplaced(x, name);
		break;
	}
	if (!ok)
		no_room(x);
}

/* libxml2 tells of a start tag before it sees that the input ends within it. */
static bool at_tag_end(const struct xes *x)
{
	const xmlParserInput *in = x->parser->input;

	return in->cur < in->end && (*in->cur == '>' || *in->cur == '/');
}

/* Below `log`, which OCEL 2.0 in XML begins with too. */
static bool is_of_ocel(const xmlChar *name)
{
	return is(name, "object-types") || is(name, "event-types") || is(name, "objects") ||
	       is(name, "events");
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int count, int defaulted,
	const xmlChar **attributes)
{
	struct xes *x = context;
	struct frame f = { .kind = FRAME_LOG, .mark = x->pending_count };

	(void)prefix, (void)uri, (void)namespace_count, (void)namespaces, (void)defaulted;
	if (x->error != OK || !at_tag_end(x))
		return;
	if (x->depth == XES_DEPTH_MAX) {
		stop_for(x, MSG_XES_DEEP, arg_int(XES_DEPTH_MAX));
		return;
	}
	if (x->depth == 1 && is_of_ocel(name)) {
		stop_for(x, MSG_XES_OCEL, arg_c(""));
		return;
	}
	if (x->depth > 0)
		f.kind = kind_below(x, name, &f.type);
	else if (!is(name, "log")) {
		stop_for(x, MSG_XES_NO_LOG, arg_c((const char *)name));
		return;
	}
	begin(x, &f, name, count, attributes);
	f.mark = x->pending_count; /* begin() may have given the log's away */
	x->frames[x->depth++] = f;
}

static bool end_attribute(struct xes *x, struct frame *f)
{
	struct xes_element e = { .type = f->type, .text = f->text };
	struct value nested, value;

	if (!pop_map(x, f->mark, &nested))
		return false;
	e.children = nested.map.items;
	e.child_count = nested.map.count;
	e.values = f->values;
	if (f->type == XES_LIST && f->values.kind != VALUE_MAP)
		e.values = (struct value){ .kind = VALUE_LIST };
	if (!xes_value_of(&e, arena_now(x), &x->build.zone, &value))
		return false;
	push(x, f->key, &value);
	return true;
}

/* A second <values> of one list goes on where the first ended. */
static bool end_values(struct xes *x, struct frame *f)
{
	struct frame *list = &x->frames[x->depth - 1];
	struct value more;

	if (!pop_map(x, f->mark, &more))
		return false;
	if (list->values.kind == VALUE_MAP && more.map.count > 0) {
		size_t before = list->values.map.count, count = before + more.map.count;
		struct attribute *all = arena_array(arena_now(x), count, sizeof(*all));
		if (all == NULL)
			return false;
		if (before > 0)
			memcpy(all, list->values.map.items, before * sizeof(*all));
		memcpy(all + before, more.map.items, more.map.count * sizeof(*all));
		list->values.map.items = all;
		list->values.map.count = count;
	} else if (list->values.kind != VALUE_MAP) {
		list->values = more;
	}
	return true;
}

/* { scope ..., "attributes": map } */
static bool end_global(struct xes *x, struct frame *f)
{
	size_t count = f->values.map.count;
	struct attribute *items = arena_array(x->arenas[0], count + 1, sizeof(*items));
	struct value inside;

	if (items == NULL || !pop_map(x, f->mark, &inside))
		return false;
	if (count > 0)
		memcpy(items, f->values.map.items, count * sizeof(*items));
	items[count] = (struct attribute){ STR("attributes"), inside };
	const struct value map = { .kind = VALUE_MAP, .map = { items, count + 1 } };
	return value_list_add(&x->log.globals, x->arenas[0], &map);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xes *x = context;
	bool ok = true;

	(void)name, (void)prefix, (void)uri;
	if (x->error != OK)
		return;
	ASSERT(x->depth > 0);
	struct frame *f = &x->frames[--x->depth];
	bool drop = x->in_event && x->event_too_large;
	if (f->kind == FRAME_EVENT)
		end_event(x);
	else if (f->kind == FRAME_TRACE)
		end_trace(x);
	else if (f->kind == FRAME_LOG)
		end_head(x);
	else if (f->kind == FRAME_ATTRIBUTE)
		ok = drop || end_attribute(x, f);
	else if (f->kind == FRAME_VALUES)
		ok = drop || end_values(x, f);
	else if (f->kind == FRAME_GLOBAL)
		ok = end_global(x, f);
	if (drop && x->in_event)
		x->pending_count = f->mark; /* nothing of it is wanted any more */
	if (!ok)
		no_room(x);
}

/* ---- libxml2 */

static void on_doctype(
	void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)external, (void)system;
	stop_for(context, MSG_XES_DOCTYPE, arg_c(name == NULL ? "" : (const char *)name));
}

static str open_element(const struct xes *x)
{
	static const str names[] = { STR_INIT("log"), STR_INIT("trace"), STR_INIT("event"),
		STR_INIT("extension"), STR_INIT("global"), STR_INIT("classifier"), { 0 },
		STR_INIT("values"), STR_INIT("log") };
	const struct frame *f = x->depth == 0 ? NULL : &x->frames[x->depth - 1];

	if (f == NULL)
		return STR("log");
	return f->kind == FRAME_ATTRIBUTE ? xes_type_name(f->type) : names[f->kind];
}

/* The input is over and its last tag is not closed. */
static bool ends_here(const struct xes *x)
{
	const xmlParserInput *in = x->parser->input;

	return x->input_end && (in == NULL || in->cur >= in->end ||
				       memchr(in->cur, '>', (size_t)(in->end - in->cur)) == NULL);
}

static void on_error(void *context, xmlErrorPtr error)
{
	struct xes *x = context;
	bool bytes =
		error->code == XML_ERR_INVALID_CHAR || error->code == XML_ERR_INVALID_ENCODING ||
		error->code == XML_ERR_UNKNOWN_ENCODING ||
		error->code == XML_ERR_UNSUPPORTED_ENCODING || error->code == XML_I18N_CONV_FAILED;

	if (error->level != XML_ERR_FATAL || x->error != OK)
		return;
	why_at(x->why, x->input->name, error->line, error->int2, -1);
	if (ends_here(x))
		x->error = fail(x->why, MSG_XES_TRUNCATED, arg_str(open_element(x)));
	else if (bytes)
		x->error = fail(x->why, MSG_XES_ENCODING);
	else
		x->error = fail(x->why, MSG_XES_MALFORMED, arg_int(error->code));
}

/* As many bytes as are asked for while there are any: libxml2 tells the encoding by the first. */
static int on_read(void *context, char *to, int bytes)
{
	struct xes *x = context;
	size_t done = 0;

	while (done < (size_t)bytes && !x->input_end) {
		if (x->at == x->have) {
			err e = x->input->read(
				x->input, x->buffer, sizeof(x->buffer), &x->have, x->why);
			x->at = 0;
			if (e != OK) {
				x->have = 0;
				x->error = x->error == OK ? e : x->error;
				return -1;
			}
			x->input_end = x->have == 0;
			x->summary->bytes += x->have;
		}
		size_t piece = MIN_OF((size_t)bytes - done, x->have - x->at);
		memcpy(to + done, x->buffer + x->at, piece);
		x->at += piece;
		done += piece;
	}
	return (int)done;
}

/* As the file declares it; UTF-8 where it declares none. */
static void note_encoding(struct xes *x)
{
	const xmlParserInput *in = x->parser->input;
	const xmlChar *name =
		in != NULL && in->encoding != NULL ? in->encoding : x->parser->encoding;
	str text = name == NULL ? STR("UTF-8") : str_of((const char *)name);

	text = str_upto(text, sizeof(x->summary->encoding) - 1);
	memcpy(x->summary->encoding, text.ptr, text.len);
}

/* What libxml2 says outside of any parser would go to standard error. */
static void hush(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

static err parse(struct xes *x)
{
	/* NOENT means: &amp; is given as &, and not as &#38; for a tree to be built from.  There
	 * are no entities but XML's own five, since a document type ends the reading. */
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.serror = on_error,
	};

	x->parser = xmlNewParserCtxt();
	ASSERT(x->parser != NULL);
	*x->parser->sax = handler;
	x->parser->userData = x;
	xmlStructuredErrorFunc before = xmlStructuredError; /* of this thread */
	void *before_context = xmlStructuredErrorContext;
	xmlSetStructuredErrorFunc(NULL, hush);
	xmlDocPtr tree = xmlCtxtReadIO(
		x->parser, on_read, NULL, x, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOENT);
	xmlSetStructuredErrorFunc(before_context, before);
	ASSERT(tree == NULL);
	if (x->error == OK && !x->parser->wellFormed) {
		why_at(x->why, x->input->name, line_of(x), -1, -1);
		x->error = fail(x->why, MSG_XES_MALFORMED, arg_int(x->parser->errNo));
	}
	note_encoding(x);
	xmlFreeParserCtxt(x->parser);
	return x->error;
}

err xes_read(struct input *input, const struct xes_options *options, struct record_sink *sink,
	struct read_summary *summary, struct why *why)
{
	static const size_t limits[3] = { XES_TRACE_MEMORY_MAX, XES_TRACE_MEMORY_MAX,
		XES_EVENT_MEMORY_MAX };
	struct xes *x = memory_alloc(sizeof(*x));

	*summary = (struct read_summary){ 0 };
	x->input = input;
	x->sink = sink;
	x->summary = summary;
	x->why = why;
	if (options != NULL)
		x->options = *options;
	ASSERT(x->options.customer_count <= XES_CUSTOMERS_MAX);
	x->build.options = &x->options;
	x->build.zone = (struct xes_zone){ x->options.utc_ms, x->options.zone_context, 0 };
	for (size_t i = 0; i < 3; i++) {
		x->memory_max[i] = x->options.memory_max > 0 ? x->options.memory_max : limits[i];
		x->arenas[i] = arena_create(x->memory_max[i]);
	}
	x->pending_size = 64;
	x->pending = memory_alloc(x->pending_size * sizeof(*x->pending));
	err e = parse(x);
	summary->times_without_zone = x->build.zone.used;
	for (size_t i = 0; i < 3; i++)
		arena_free(x->arenas[i]);
	free(x->pending);
	free(x);
	return e;
}
