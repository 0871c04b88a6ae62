// app/Mark.tsx - the name, underlined by the thread.
export function Mark() {
  return (
    <span className="mark">
      Ariane
      <svg viewBox="0 0 96 14" aria-hidden="true">
        <path d="M1 8c14 0 14-6 26-6s9 10 20 10 10-9 21-9 8 7 27 4" />
      </svg>
    </span>
  );
}
