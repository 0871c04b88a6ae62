/* main/cmd_retract.c - ariane retract: an event never happened. */
#include "main/store.h"
#include "main/summary.h"

struct retracting {
	const struct request *request;
	uint64_t seq;
};

static err retract(struct engine *engine, void *context, struct why *why)
{
	struct retracting *r = context;

	return engine_retract(engine, request_argument(r->request, 0),
		request_argument(r->request, 1), &r->seq, why);
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	struct retracting retracting = { .request = request };
	err e = store_call(request, engine, retract, &retracting, why);

	if (e == OK)
		summary_of_record(request, sink, TEXT_RETRACT_DONE, retracting.seq, false);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_CHANGE, answer, why);
}

const struct command cmd_retract = {
	.name = STR_INIT("retract"),
	.group = GROUP_EVENTS,
	.summary = WORDS("take an event out of every thread; its record stays in the journal",
		"retirer un événement de tous les fils ; son enregistrement reste au journal"),
	.arguments = { 2, 2, WORDS("SOURCE MESSAGE_ID", "SOURCE ID_MESSAGE"),
		WORDS("which event: ariane events --json shows both",
			"quel événement : ariane events --json montre les deux") },
	.examples = { { STR_INIT("ariane retract crm m-17"),
		WORDS("the message m-17 of the source crm", "le message m-17 de la source crm") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run,
};
