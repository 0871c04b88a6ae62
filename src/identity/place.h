/* identity/place.h - what a closure found takes the place of the customers there are.
 *
 * The ring of a customer: its first identifier, then the others from the last to the second.
 */
#pragma once

#include "identity/closure.h"

/* Of a reach: the customers of all its identifiers are dissolved first. */
void place_reach(struct identity *identity, struct closure *closure);
/* Of everything: numbers begin anew, in the order of customers' first identifiers. */
void place_all(struct identity *identity, struct closure *closure);
