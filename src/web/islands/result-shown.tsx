import { StepsShown } from './steps-shown.tsx';
import type { Result, Tone } from './verify-result.ts';
import { sayCount } from './words.ts';

const SIGNS: Readonly<Record<Tone, string>> = {
  good: 'M6 13.5 10.5 18 19 7',
  wait: 'M12.5 6v7l4.5 3',
  bad: 'M7 7l11 11M18 7 7 18',
  open: 'M9.5 9.5a3 3 0 1 1 4.4 2.7c-1 .5-1.4 1-1.4 2.3M12.5 18.2v.1',
};

/** Digests and ids are written as code; sentences, numbers and times are not. */
function isIdentifier(text: string): boolean {
  return text.length > 8 && !text.includes(' ');
}

export function ResultShown({ result }: { result: Result }) {
  const { title, tone, name, says, facts, steps, doesNotProve, lookUp } = result;
  return (
    <article class="result">
      <div class={`verdict ${tone}`} data-verdict={title}>
        <svg class={`sign ${tone === 'good' ? 'struck' : ''}`} viewBox="0 0 25 25" aria-hidden="true">
          <circle cx="12.5" cy="12.5" r="11" fill="none" stroke="currentColor" stroke-width="1.6" />
          <path
            d={SIGNS[tone]}
            fill="none"
            stroke="currentColor"
            stroke-width="2.2"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </svg>
        <h3>{title}</h3>
        <p class="hint">{name}</p>
      </div>
      <div class="sheet">
        <p>{says}</p>
        {facts.length > 0 && (
          <dl class="facts">
            {facts.map(([term, text], i) => (
              <div key={i}>
                <dt>{term}</dt>
                <dd>{isIdentifier(text) ? <code>{text}</code> : text}</dd>
              </div>
            ))}
          </dl>
        )}
        {lookUp && (
          <p>
            <a href={lookUp}>Ask this server what is public about the digest</a>{' '}
            <span class="hint">(it learns the digest)</span>
          </p>
        )}
        {steps.length > 0 && (
          <details open={tone === 'bad' || tone === 'open'}>
            <summary>{sayCount(steps.length, 'step')} checked</summary>
            <StepsShown steps={steps} />
          </details>
        )}
        {doesNotProve.length > 0 && (
          <details>
            <summary>What it does not prove</summary>
            <ul>
              {doesNotProve.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </article>
  );
}
