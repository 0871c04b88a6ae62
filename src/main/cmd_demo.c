/* main/cmd_demo.c - ariane demo: a company's year, or a workload, from a seed, to try things on. */
#include "main/demo_company.h"
#include "main/demo_workload.h"

/* A file's name, or --events, or --workload asks for a workload; else it is a folder. */
static bool wants_workload(const struct request *request)
{
	str out = request_text(request, "out");

	return request_has(request, "workload") || request_has(request, "events") ||
	       str_ends(out, STR(".csv")) || str_ends(out, STR(".jsonl"));
}

static err make_workload(const struct request *request, struct sink *sink, struct why *why)
{
	str workload = request_text(request, "workload"), out = request_text(request, "out");
	bool csv =
		workload.len == 0 ? str_ends(out, STR(".csv")) : str_equal(workload, STR("visits"));

	if (workload.len > 0 && !csv && !str_equal(workload, STR("calls")))
		return fail(why, MSG_DEMO_WORKLOAD, arg_str(workload));
	if (!request_has(request, "out"))
		out = csv ? STR("demo.csv") : STR("demo.jsonl");
	return demo_workload(request, out, csv, sink, why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	if (request_has(request, "parameters"))
		return demo_parameters(request, sink, why);
	if (wants_workload(request))
		return make_workload(request, sink, why);
	return demo_company(request, request_text(request, "out"), sink, why);
}

const struct command cmd_demo = {
	.name = STR_INIT("demo"),
	.group = GROUP_START,
	.summary = WORDS("make up a company's year from a seed, to try things on",
		"fabriquer l'année d'une entreprise à partir d'une graine, pour essayer"),
	.about = WORDS(
		"Simulates a French telecom operator and writes what its systems would write: "
		"clicks, "
		"call logs, chats, tickets, bills, orders, surveys; into OUT/truth also what no "
		"system knows: who is who, why people call, which frictions were planted and "
		"what they cost. Every figure can be changed: --parameters lists them.\n\n"
		"With --live it tells all of it to a running server instead, as it happens: "
		"--speed 60 is an hour a minute. What was told twice counts once.\n\n"
		"With --workload or --events it writes one large plain file instead: calls "
		"(Segment calls of a web shop) or visits (narrow rows as CSV), for "
		"measurements. The same seed gives the same bytes.",
		"Simule un opérateur télécom français et écrit ce que ses systèmes écriraient : "
		"clics, journaux d'appels, tchats, tickets, factures, commandes, enquêtes ; dans "
		"SORTIE/truth aussi ce qu'aucun système ne sait : qui est qui, pourquoi l'on "
		"appelle, quels points de friction ont été semés et ce qu'ils coûtent. Chaque "
		"chiffre se règle : --parameters les énumère.\n\n"
		"Avec --live, elle raconte tout cela à un serveur en marche, à mesure que cela "
		"arrive : --speed 60, c'est une heure par minute. Ce qui est raconté deux fois ne "
		"compte qu'une fois.\n\n"
		"Avec --workload ou --events, elle écrit à la place un seul grand fichier : calls "
		"(appels Segment d'une boutique en ligne) ou visits (lignes étroites en CSV), pour "
		"mesurer. La même graine donne les mêmes octets."),
	.options = { { STR_INIT("out"), IS_PATH, false, WORDS("FOLDER", "DOSSIER"),
			     WORDS("where to; a file for a workload",
				     "vers où ; un fichier pour une charge"),
			     STR_INIT("demo") },
		{ STR_INIT("customers"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("of how many customers", "de combien de clients"), STR_INIT("1000") },
		{ STR_INIT("days"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("how many days", "combien de jours"), STR_INIT("365") },
		{ STR_INIT("start"), IS_TIME, false, SAME_WORDS("DATE"),
			WORDS("the first day (2026-01-01 if not given)",
				"le premier jour (2026-01-01 sans cette option)"),
			STR_INIT("") },
		{ STR_INIT("seed"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("another seed, another world", "autre graine, autre monde"),
			STR_INIT("1") },
		{ STR_INIT("clean"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("plant no friction: what is found then is a false alarm",
				"ne semer aucune friction : ce qui est trouvé est une fausse "
				"alerte"),
			STR_INIT("") },
		{ STR_INIT("set"), IS_TEXT, true, WORDS("NAME=NUMBER", "NOM=NOMBRE"),
			WORDS("change a figure", "changer un chiffre"), STR_INIT("") },
		{ STR_INIT("parameters"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("list the figures and stop", "énumérer les chiffres et s'arrêter"),
			STR_INIT("") },
		{ STR_INIT("live"), IS_TEXT, false, SAME_WORDS("URL"),
			WORDS("tell it to the server there, as it happens",
				"raconter au serveur de cette adresse, à mesure"),
			STR_INIT("") },
		{ STR_INIT("key"), IS_TEXT, false, WORDS("KEY", "CLÉ"),
			WORDS("the server's write key", "la clé d'écriture du serveur"),
			STR_INIT("") },
		{ STR_INIT("speed"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("seconds of theirs in one of ours",
				"secondes de l'entreprise par seconde"),
			STR_INIT("60") },
		{ STR_INIT("rate"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("events a second, whatever their times",
				"événements par seconde, quelles que soient leurs heures"),
			STR_INIT("") },
		{ STR_INIT("state"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			WORDS("how far it is: the same file goes on there",
				"où l'on en est : le même fichier reprend là"),
			STR_INIT("") },
		{ STR_INIT("workload"), IS_TEXT, false, SAME_WORDS("visits|calls"),
			WORDS("one plain file for measurements",
				"un seul fichier simple, pour mesurer"),
			STR_INIT("") },
		{ STR_INIT("events"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("events of the workload (10,000 if not given)",
				"événements de la charge (10 000 sans cette option)"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane demo --customers 10000 --out company"),
			      WORDS("a year of ten thousand customers",
				      "une année de dix mille clients") },
		{ STR_INIT("ariane demo --out calm --clean --set patience=900"),
			WORDS("no friction, and patient callers",
				"sans friction, avec des appelants patients") },
		{ STR_INIT("ariane demo --live http://127.0.0.1:8080 --key KEY --speed 600"),
			WORDS("ten hours a minute, told to a server on this machine",
				"dix heures par minute, racontées à un serveur de cette machine") },
		{ STR_INIT("ariane demo --events 100000 --out demo.jsonl"),
			WORDS("a workload of Segment calls", "une charge d'appels Segment") } },
	.schema = STR_INIT("demo"),
	.read_only = true,
	.run = run,
};
