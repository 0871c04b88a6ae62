/* main/demo_live.h - ariane demo --live URL: the company's year told to a running server as it
 * goes.
 *
 * The simulation runs ahead to the next thing that happens and waits until its moment has come: a
 * second of ours is `--speed` seconds of theirs (60: an hour a minute), or so many events a second
 * with `--rate`.  Answers to 429 and lost connections are those of feed.h; SIGINT ends it after
 * what is under way, with what was told until then.
 *
 * The same options tell the same messages, so starting again from the beginning doubles nothing.
 * With `--state FILE` it goes on where it was: the file holds the plan's mark and how far the
 * server has accepted, {"version":1,"plan":"HEX","serial":N}, written every few seconds.
 */
#pragma once

#include "demo/company.h"
#include "main/request.h"
#include "main/sink.h"

err demo_live(const struct request *request, const struct company_plan *plan, struct sink *sink,
	struct why *why);
