// parts/width.ts - how wide a place is now: pictures are drawn for it, so that nothing is cut and nothing scrolls.
import { useCallback, useState } from "react";

const STEP = 8; // narrower changes redraw nothing

/** The width in pixels of the element that is given `ref`; 0 until it stands.  On paper, as wide as the paper lets it. */
export function useWidth(): { ref: (element: HTMLElement | null) => (() => void) | undefined; width: number } {
  const [width, setWidth] = useState(0);
  const ref = useCallback((element: HTMLElement | null) => {
    if (!element) return undefined;
    const look = () => {
      const style = window.getComputedStyle(element);
      const inside = element.clientWidth - Number.parseFloat(style.paddingLeft) - Number.parseFloat(style.paddingRight);
      setWidth((was) => (Math.abs(was - inside) < STEP ? was : inside));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    look();
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
