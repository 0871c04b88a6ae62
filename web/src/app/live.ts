// app/live.ts - what changes on the server while one looks (server-sent events): cheap figures follow by themselves, dear
// ones when one asks for it; a customer who is looked at is asked for again as soon as something may have changed.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

interface Epoch {
  epoch: number;
  events: number;
}

const CHEAP = ["status", "sources"];

function listen(address: string, on: Record<string, (data: string) => void>): () => void {
  const stream = new EventSource(address);
  for (const [name, act] of Object.entries(on)) stream.addEventListener(name, (event) => act(String((event as MessageEvent).data)));
  stream.addEventListener("end", () => stream.close()); // the server said why; coming again at once would not help
  return () => stream.close();
}

/** How many events came since the page's figures were asked for: `counted` is what the status said first, which is before
 *  the stream is open, so that nothing falls between the two. */
export function useNews(counted: number | undefined): { events: number; renew: () => void } {
  const client = useQueryClient();
  const [shown, setShown] = useState<number>();
  const [told, setTold] = useState<number>();
  if (shown === undefined && (counted ?? told) !== undefined) setShown(Math.min(counted ?? Infinity, told ?? Infinity));
  useEffect(
    () =>
      listen("/api/v1/live", {
        epoch: (data) => {
          setTold((JSON.parse(data) as Epoch).events);
          void client.invalidateQueries({ predicate: ({ queryKey }) => CHEAP.includes(String(queryKey[0])) });
        },
      }),
    [client],
  );
  const renew = () => {
    setShown(told);
    void client.invalidateQueries();
  };
  return { events: Math.max(0, (told ?? 0) - (shown ?? 0)), renew };
}

/** The key of the mutation that erases a customer. */
export const ERASING = "erasing";

export function useLiveCustomer(identifier: string): void {
  const client = useQueryClient();
  useEffect(() => {
    const prefix = `customers/${encodeURIComponent(identifier)}`;
    return listen(`/api/v1/live?${new URLSearchParams({ customer: identifier })}`, {
      // Who is just being erased is not asked for again: the answer to that will come.
      customers: () => {
        if (client.isMutating({ mutationKey: [ERASING] }) > 0) return;
        void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(prefix) });
      },
    });
  }, [client, identifier]);
}
