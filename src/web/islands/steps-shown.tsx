/** A check, as it is shown. */
export interface Step {
  /** Null where it could not be decided. */
  readonly ok: boolean | null;
  readonly detail: string;
  readonly about?: string | undefined;
}

const GOOD = ['ok', '✓', 'Good'] as const;
const BAD = ['no', '✗', 'Bad'] as const;
const OPEN = ['open', '?', 'Open'] as const;

export function StepsShown({ steps }: { steps: readonly Step[] }) {
  return (
    <ol class="steps">
      {steps.map(({ ok, detail, about }, i) => {
        const [tone, mark, word] = ok === null ? OPEN : ok ? GOOD : BAD;
        return (
          <li key={i} class={tone}>
            <span class="mark">
              <span aria-hidden="true">{mark}</span>
              <span class="hidden">{word}: </span>
            </span>
            <span>
              {detail}
              {about && <small>{about}</small>}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
