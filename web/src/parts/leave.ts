// parts/leave.ts - a panel beside a picture closes with Escape, and the focus goes back to where it came from.
import { useEffect, useRef, type RefObject } from "react";

/** `what` is shown; the panel is what the answer is given to as `ref`. */
export function useLeave(what: string, onClose: () => void): RefObject<HTMLElement | null> {
  const panel = useRef<HTMLElement>(null);
  const from = useRef<Element | null>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const now = document.activeElement;
    if (now !== document.body && !panel.current?.contains(now)) from.current = now;
  }, [what]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
      close.current();
    };
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onKey);
      const back = from.current as HTMLElement | SVGElement | null;
      if (back?.isConnected && (document.activeElement === document.body || document.activeElement === null)) back.focus();
    };
  }, []);
  return panel;
}

/** The same, for a panel that is drawn in place. */
export function Leaving({ what, onClose }: { what: string; onClose: () => void }): null {
  useLeave(what, onClose);
  return null;
}
