/* main/draw_map.c - see draw_map.h */
#include "main/draw_map.h"

#include "main/draw_helper.h"

#include "main/svg.h"
#include "main/text.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAME_CHARACTERS = 34, ENDS_MOST = 12 };

/* A text within double quotes: its own quotes, backslashes and lines do not end it. */
static void add_quoted(struct strbuf *out, str text, size_t characters_max)
{
	char cut[NAME_CHARACTERS * 4 + 8];
	struct strbuf shortened = { .ptr = cut, .cap = sizeof(cut), .cap_max = sizeof(cut) };

	if (characters_max > 0) {
		text_add_short(&shortened, text, characters_max);
		text = (str){ cut, shortened.len };
	}
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '"' || c == '\\')
			strbuf_add_byte(out, '\\');
		strbuf_add_byte(out, (unsigned char)c < ' ' ? ' ' : c);
	}
}

static double share_of(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

/* ---- steps */

static bool is_drawn(const struct map *map, uint32_t step)
{
	for (size_t i = 0; i < map->shown; i++)
		if (map->edges[i].from == step || map->edges[i].to == step)
			return true;
	return map->edge_count == 0;
}

static void add_hidden(const struct map_drawing *d, const struct map_step *step, struct strbuf *out)
{
	char in[64], leaving[64];
	struct strbuf a = { .ptr = in, .cap = sizeof(in), .cap_max = sizeof(in) };
	struct strbuf b = { .ptr = leaving, .cap = sizeof(leaving), .cap_max = sizeof(leaving) };

	if (step->hidden_in + step->hidden_out == 0)
		return;
	locale_number(d->language, (int64_t)step->hidden_in, &a);
	locale_number(d->language, (int64_t)step->hidden_out, &b);
	strbuf_add(out, STR("\\n"));
	text_add(out, d->language, TEXT_DRAW_HIDDEN_AT, arg_str((str){ in, a.len }),
		arg_str((str){ leaving, b.len }));
}

/* From white to a deep blue, text white where that reads better. */
static void add_step(
	const struct map_drawing *d, const struct map_step *step, uint64_t most, struct strbuf *out)
{
	double shade = sqrt(share_of(step->count, most));
	unsigned red = (unsigned)(243 - 214 * shade), green = (unsigned)(247 - 154 * shade);
	unsigned blue = (unsigned)(252 - 77 * shade);
	str name = journey_plan_step_name(d->plan, step->step);

	strbuf_printf(out, "  s%u [label=\"", (unsigned)step->step);
	add_quoted(out, name, NAME_CHARACTERS);
	strbuf_add(out, STR("\\n"));
	locale_number(d->language, (int64_t)step->count, out);
	add_hidden(d, step, out);
	strbuf_printf(out, "\", fillcolor=\"#%02x%02x%02x\", fontcolor=\"%s\", tooltip=\"", red,
		green, blue, shade > 0.55 ? "#ffffff" : "#1d2733");
	add_quoted(out, name, 0);
	strbuf_add(out, STR("\"];\n"));
}

/* ---- edges */

static void add_edge_label(
	const struct map_drawing *d, const struct map_edge *edge, struct strbuf *out)
{
	strbuf_add(out, STR(" "));
	locale_number(d->language, (int64_t)edge->count, out);
	if (!d->has_times)
		return;
	strbuf_add(out, STR("\\n "));
	locale_duration(d->language, (int64_t)(edge->times.median_s * 1000), out);
}

static void add_edge(const struct map_drawing *d, const struct map_edge *edge, struct strbuf *out)
{
	double part = share_of(edge->count, d->map->edges[0].count);

	strbuf_printf(out, "  s%u -> s%u [label=\"", (unsigned)edge->from, (unsigned)edge->to);
	add_edge_label(d, edge, out);
	strbuf_printf(out, "\", penwidth=%.2f, weight=%u, color=\"#4a6785%02x\", tooltip=\"",
		0.8 + 7.2 * part, 1 + (unsigned)(20 * part), 110 + (unsigned)(120 * part));
	add_quoted(out, journey_plan_step_name(d->plan, edge->from), 0);
	strbuf_add(out, STR(" \xe2\x86\x92 "));
	add_quoted(out, journey_plan_step_name(d->plan, edge->to), 0);
	strbuf_add(out, STR("\"];\n"));
}

/* Where journeys begin and end: at the steps that are drawn, the ENDS_MOST most frequent. */
static void add_ends(const struct map_drawing *d, bool is_start, struct strbuf *out)
{
	const struct map *map = d->map;
	uint64_t least = 0, told = 0;
	str word = text_words(is_start ? TEXT_DRAW_BEGIN : TEXT_DRAW_END, d->language);

	for (uint64_t above = UINT64_MAX; told < ENDS_MOST; told++, above = least) {
		least = 0; /* the next lower number there is */
		for (size_t i = 0; i < map->step_count; i++) {
			uint64_t n = is_start ? map->steps[i].starts : map->steps[i].ends;
			if (n < above && n > least && is_drawn(map, map->steps[i].step))
				least = n;
		}
		if (least == 0)
			break;
	}
	strbuf_printf(out,
		"  %s [label=\"%.*s\", shape=circle, width=0.6, fillcolor=\"%s\", "
		"fontcolor=\"#ffffff\"];\n",
		is_start ? "begin" : "end", (int)word.len, word.ptr,
		is_start ? "#2e7d4f" : "#8a3b3b");
	for (size_t i = 0; i < map->step_count; i++) {
		const struct map_step *step = &map->steps[i];
		uint64_t n = is_start ? step->starts : step->ends;
		if (n == 0 || n < least || !is_drawn(map, step->step))
			continue;
		if (is_start)
			strbuf_printf(out, "  begin -> s%u", (unsigned)step->step);
		else
			strbuf_printf(out, "  s%u -> end", (unsigned)step->step);
		strbuf_add(out, STR(" [style=dashed, color=\"#8895a3\", label=\" "));
		locale_number(d->language, (int64_t)n, out);
		strbuf_printf(out, "\", penwidth=%.2f];\n", 0.8 + 4 * share_of(n, map->journeys));
	}
}

/* ---- the whole */

static void add_caption(const struct map_drawing *d, struct strbuf *out)
{
	const struct map *map = d->map;

	strbuf_add(out, STR("  label=\""));
	text_add(out, d->language, TEXT_MAP_TOTALS, arg_int((int64_t)map->events),
		arg_int((int64_t)map->journeys), arg_int((int64_t)map->customers));
	if (map->shown < map->edge_count) {
		strbuf_add(out, STR("\\n"));
		text_add(out, d->language, TEXT_DRAW_MAP_HIDDEN,
			arg_int((int64_t)(map->edge_count - map->shown)),
			arg_int((int64_t)map->hidden));
	}
	strbuf_add(out, STR("\";\n"));
}

void draw_map(const struct map_drawing *d, struct strbuf *out)
{
	const struct map *map = d->map;
	uint64_t most = 0;

	strbuf_add(out,
		STR("digraph journeys {\n  graph [rankdir=TB, nodesep=0.35, ranksep=0.55, "
		    "fontname=\"DejaVu Sans\", fontsize=12, fontcolor=\"#52606d\", labelloc=b, "
		    "bgcolor=white, pad=0.3];\n  node [shape=box, style=\"rounded,filled\", "
		    "fontname=\"DejaVu Sans\", fontsize=11, color=\"#4a6785\", "
		    "margin=\"0.14,0.08\"];"
		    "\n  edge [fontname=\"DejaVu Sans\", fontsize=9, fontcolor=\"#3b4754\", "
		    "arrowsize=0.7];\n"));
	add_caption(d, out);
	for (size_t i = 0; i < map->step_count; i++)
		most = MAX_OF(most, map->steps[i].count);
	for (size_t i = 0; i < map->step_count; i++)
		if (is_drawn(map, map->steps[i].step))
			add_step(d, &map->steps[i], most, out);
	for (size_t i = 0; i < map->shown; i++)
		add_edge(d, &map->edges[i], out);
	add_ends(d, true, out);
	add_ends(d, false, out);
	strbuf_add(out, STR("}\n"));
}

/* ---- Graphviz */

extern char **environ;

/* A socket rather than a pipe: if dot is gone, sending fails, and no signal ends this process. */
static void send_all(int socket, str text)
{
	while (text.len > 0) {
		ssize_t sent = send(socket, text.ptr, text.len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return; /* its status says why */
		text.ptr += sent;
		text.len -= (size_t)sent;
	}
}

static int start_dot(int input, const char *path, pid_t *pid)
{
	const char *words[] = { "dot", "-Tsvg", "-o", path, NULL };
	posix_spawn_file_actions_t actions;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return ENOMEM;
	(void)posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	int failed =
		posix_spawnp(pid, "dot", &actions, NULL, (char *const *)(uintptr_t)words, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed;
}

static err told(int code, struct why *why)
{
	if (code == 0)
		return OK;
	return code == DRAW_MISSING ? fail(why, MSG_DRAW_MISSING)
				    : fail(why, MSG_DRAW_FAILED, arg_int(code));
}

/* Within a server, which starts no programs. */
static err draw_by_helper(str graph, const char *path, struct why *why)
{
	unsigned char code = DRAW_FAILED;
	int ends[2], answer;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return fail(why, MSG_DRAW_FAILED, arg_int(errno));
	bool asked = draw_helper_ask(path, ends[1], &answer);
	(void)close(ends[1]);
	if (asked)
		send_all(ends[0], graph);
	(void)close(ends[0]);
	if (!asked)
		return fail(why, MSG_DRAW_FAILED, arg_int(DRAW_FAILED));
	ssize_t got = read(answer, &code, 1);
	(void)close(answer);
	return told(got == 1 ? code : DRAW_FAILED, why);
}

err draw_graph(str graph, const char *path, struct why *why)
{
	int ends[2], status = 0;
	pid_t pid;

	if (draw_helper_runs())
		return draw_by_helper(graph, path, why);

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return fail(why, MSG_DRAW_FAILED, arg_int(errno));
	int failed = start_dot(ends[1], path, &pid);
	(void)close(ends[1]);
	if (failed == 0)
		send_all(ends[0], graph);
	(void)close(ends[0]);
	if (failed != 0)
		return failed == ENOENT ? fail(why, MSG_DRAW_MISSING)
					: fail(why, MSG_DRAW_FAILED, arg_int(failed));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return fail(why, MSG_DRAW_FAILED, arg_int(WEXITSTATUS(status)));
	return OK;
}
