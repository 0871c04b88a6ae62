// pages/data/Doors.tsx - who comes in: sources by write keys, programs by tokens, people by name.
import { Keys } from "./Keys";
import { Tokens } from "./Tokens";
import { Users } from "./Users";

export function Doors() {
  return (
    <>
      <Users />
      <Keys />
      <Tokens />
    </>
  );
}
