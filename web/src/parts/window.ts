// parts/window.ts - which rows of a long list are in sight: rows are as high as one another, the rest is empty space.
import { useLayoutEffect, useState, type RefObject } from "react";

/** No browser lays out more than some 16 million pixels; beyond this the scroll bar moves several rows a pixel. */
const HEIGHT_MAX = 8_000_000;
const BESIDE = 12; // rows drawn beyond both edges, so that a turn of the wheel finds them there

export interface Window {
  first: number;
  /** One behind the last. */
  end: number;
  /** Pixels of empty space before and behind. */
  before: number;
  after: number;
}

/** Pure, for tests: what is in sight where `top` pixels of `height` are scrolled away. */
export function windowOf(count: number, rowHeight: number, top: number, height: number): Window {
  const whole = Math.min(count * rowHeight, HEIGHT_MAX);
  const fitting = Math.ceil(height / rowHeight) + 1;
  const room = Math.max(1, whole - height);
  const isExact = whole === count * rowHeight;
  const at = isExact ? Math.floor(top / rowHeight) : Math.round((Math.min(top, room) / room) * Math.max(0, count - fitting + 1));
  const first = Math.max(0, Math.min(at, count) - BESIDE);
  const end = Math.min(count, at + fitting + BESIDE);
  const drawn = (end - first) * rowHeight;
  const before = isExact ? first * rowHeight : Math.max(0, Math.min(top - (at - first) * rowHeight, whole - drawn));
  return { first, end, before, after: Math.max(0, whole - before - drawn) };
}

export function useWindow(frame: RefObject<HTMLElement | null>, count: number, rowHeight: number): Window {
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const look = () => !window.matchMedia("print").matches && setSeen((was) => (was.top === element.scrollTop && was.height === element.clientHeight ? was : { top: element.scrollTop, height: element.clientHeight }));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [frame]);
  return windowOf(count, rowHeight, seen.top, seen.height);
}
