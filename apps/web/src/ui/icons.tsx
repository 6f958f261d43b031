/** The icons of the page, drawn on a grid of 16 with strokes in the colour of the text. */
import type { ReactNode } from "react";

const paths = {
  plus: <path d="M8 3.5v9M3.5 8h9" />,
  search: <path d="M7.2 11.4a4.2 4.2 0 1 0 0-8.4 4.2 4.2 0 0 0 0 8.4ZM10.3 10.3 13 13" />,
  terminal: <path d="m3.5 5 3 3-3 3M8.5 11.5h4" />,
  settings: <path d="M2.5 5h6m3.5 0h1.5M2.5 11H4m3.5 0h6M10.25 3.25v3.5M5.75 9.25v3.5" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2.2" />,
  copy: <path d="M5.5 5.5V4A1.5 1.5 0 0 1 7 2.5h5A1.5 1.5 0 0 1 13.5 4v5a1.5 1.5 0 0 1-1.5 1.5h-1.5M4 5.5h5A1.5 1.5 0 0 1 10.5 7v5A1.5 1.5 0 0 1 9 13.5H4A1.5 1.5 0 0 1 2.5 12V7A1.5 1.5 0 0 1 4 5.5Z" />,
  check: <path d="m3 8.5 3.2 3.2L13 4.8" />,
  chevronRight: <path d="m6 3.8 4.2 4.2L6 12.2" />,
  chevronDown: <path d="m3.8 6 4.2 4.2L12.2 6" />,
  arrowUp: <path d="M8 13V3.2M3.8 7.2 8 3l4.2 4.2" />,
  arrowDown: <path d="M8 3v9.8M3.8 8.8 8 13l4.2-4.2" />,
  arrowLeft: <path d="M13 8H3.2M7.2 3.8 3 8l4.2 4.2" />,
  stop: <rect x="4" y="4" width="8" height="8" rx="1.5" fill="currentColor" stroke="none" />,
  folder: <path d="M2.5 4.5v7A1.5 1.5 0 0 0 4 13h8a1.5 1.5 0 0 0 1.5-1.5V6A1.5 1.5 0 0 0 12 4.5H8L6.6 3H4a1.5 1.5 0 0 0-1.5 1.5Z" />,
  branch: <path d="M4.5 10.5v-5m0 5a1.6 1.6 0 1 0 0 3 1.6 1.6 0 0 0 0-3Zm0-5a1.6 1.6 0 1 0 0-3 1.6 1.6 0 0 0 0 3Zm7 0a1.6 1.6 0 1 0 0-3 1.6 1.6 0 0 0 0 3Zm0 0c0 3-7 2-7 5" />,
  file: <path d="M4.5 2.5h4L12 6v6a1.5 1.5 0 0 1-1.5 1.5h-6A1.5 1.5 0 0 1 3 12V4a1.5 1.5 0 0 1 1.5-1.5ZM8.5 2.5V6H12" />,
  pencil: <path d="M10.5 3.2 12.8 5.5 5.6 12.7l-3 .7.7-3z" />,
  trash: <path d="M2.8 4.5h10.4M6 4.5V3.2c0-.4.3-.7.7-.7h2.6c.4 0 .7.3.7.7v1.3M4 4.5l.6 8c0 .6.5 1 1.1 1h4.6c.6 0 1.1-.4 1.1-1l.6-8" />,
  archive: <path d="M2.5 3.5h11v3h-11zM3.5 6.5V12a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V6.5M6.5 9h3" />,
  list: <path d="M5.5 4.5h8M5.5 8h8M5.5 11.5h8M2.5 4.5h.01M2.5 8h.01M2.5 11.5h.01" />,
  globe: <path d="M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM2.5 8h11M8 2.5c2 1.6 2.6 3.4 2.6 5.5S10 11.9 8 13.5C6 11.9 5.4 10.1 5.4 8S6 4.1 8 2.5Z" />,
  plug: <path d="M6 2.5v3M10 2.5v3M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v1.5" />,
  spark: <path d="M8 2.5 9.4 6.6 13.5 8 9.4 9.4 8 13.5 6.6 9.4 2.5 8l4.1-1.4z" />,
  question: <path d="M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM6.3 6.3c.2-1 .9-1.5 1.8-1.5s1.7.6 1.7 1.5c0 1.2-1.7 1.3-1.7 2.5M8 11h.01" />,
  alert: <path d="M8 2.8 14 13H2zM8 6.5v3M8 11.3h.01" />,
  blocked: <path d="M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM4.2 4.2l7.6 7.6" />,
  info: <path d="M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 7.3V11M8 5h.01" />,
  shield: <path d="M8 2.5 12.8 4v4c0 2.7-2 4.7-4.8 5.7C5.2 12.7 3.2 10.7 3.2 8V4z" />,
  cube: <path d="m8 2.5 5 2.8v5.4l-5 2.8-5-2.8V5.3zM3 5.3l5 2.8 5-2.8M8 8.1v5.4" />,
  bell: <path d="M4 11.2V7a4 4 0 0 1 8 0v4.2l1 1.3H3zM6.8 14h2.4" />,
  sun: <path d="M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6ZM8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M3.6 12.4l1-1M11.4 4.6l1-1" />,
  clock: <path d="M8 13.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM8 5v3.2l2.2 1.3" />,
  grip: <path d="M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01" strokeWidth="1.9" />,
  pause: <path d="M5.8 4v8M10.2 4v8" strokeWidth="1.6" />,
  play: <path d="M5.2 3.6v8.8L12 8z" />,
  forward: <path d="M3 4.2v7.6L7.8 8zM8.7 4.2v7.6L13.5 8z" />,
  toTop: <path d="M8 13.2V5.6M4.4 9 8 5.4 11.6 9M3.5 2.8h9" />,
  toEnd: <path d="M8 2.8v7.6M4.4 7 8 10.6 11.6 7M3.5 13.2h9" />,
  gauge: <path d="M3.4 12a5.5 5.5 0 1 1 9.2 0M8 9.4l2.6-3" />,
  diff: <path d="M8 3v5M5.5 5.5h5M5.5 11.5h5M2.8 2.5h10.4v11H2.8z" />,
  columns: <path d="M2.5 3h11v10h-11zM8 3v10" />,
  external: <path d="M6.5 3.5H4A1.5 1.5 0 0 0 2.5 5v7A1.5 1.5 0 0 0 4 13.5h7a1.5 1.5 0 0 0 1.5-1.5V9.5M9.5 2.5h4v4M13.2 2.8 7.5 8.5" />,
  download: <path d="M8 2.5v7.6M4.8 7 8 10.2 11.2 7M3 13.2h10" />,
  undo: <path d="M5.5 3 2.8 5.7l2.7 2.7M3 5.7h6.3a3.6 3.6 0 0 1 0 7.2H6" />,
  queue: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h5M11.5 9.8v3.4M9.8 11.5h3.4" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16, className = "" }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${className}`}
    >
      {paths[name]}
    </svg>
  );
}
