import { render } from 'preact';
import { type CertificateOutcome, type CertificateVerdict, findSuccessor } from '../../proof/certificate/verdict.ts';
import { checkCertificate } from './check-certificate.ts';
import { NoEd25519Error } from './check-signatures.ts';
import { readServerTrust } from './server-trust.ts';
import { StepsShown } from './steps-shown.tsx';
import { sayCount, sayWait } from './words.ts';

type Answer =
  | { readonly kind: 'verdict'; readonly verdict: CertificateVerdict }
  | { readonly kind: 'failed'; readonly says: string };

const OUTCOMES: Readonly<Record<CertificateOutcome, readonly [tone: string, title: string]>> = {
  verified: ['good', 'It holds'],
  revoked: ['bad', 'It was revoked'],
  'self-asserted': ['wait', 'Nobody vouches for its key'],
  altered: ['bad', 'It is about something else'],
  invalid: ['bad', 'It does not hold'],
  'cannot-check': ['open', 'It cannot be checked here'],
};

async function check(address: string): Promise<Answer> {
  try {
    const [response, trust] = await Promise.all([fetch(address, { credentials: 'omit' }), readServerTrust()]);
    if (response.status === 429) {
      const wait = sayWait(Number(response.headers.get('retry-after')) || 60);
      return { kind: 'failed', says: `This server is asked too often from your network. Load the page again ${wait}.` };
    }
    if (!response.ok) return { kind: 'failed', says: 'This server does not give the certificate’s document now.' };
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { kind: 'verdict', verdict: await checkCertificate(bytes, trust, null) };
  } catch (error) {
    if (error instanceof NoEd25519Error) {
      return {
        kind: 'failed',
        says: 'This browser cannot check Ed25519 signatures. A newer one can, and so can the command line: touchmark verify',
      };
    }
    return { kind: 'failed', says: 'The document could not be fetched. Check the connection and load the page again.' };
  }
}

function AnswerShown({ answer }: { answer: Answer }) {
  if (answer.kind === 'failed') return <p class="notice wait">{answer.says}</p>;
  const { outcome, steps, proves, doesNotProve } = answer.verdict;
  const successor = findSuccessor(answer.verdict);
  const [tone, title] = successor !== null ? ['wait', 'It holds, and was superseded'] : OUTCOMES[outcome];
  return (
    <>
      <div class={`notice ${tone === 'good' ? '' : tone}`} data-outcome={outcome}>
        <p>
          <strong>{title}.</strong> {proves}
          {outcome === 'verified' && ' The trusted key is the one that this server names as its own.'}
          {successor !== null && ` A newer version of the work has the certificate ${successor}.`}
        </p>
      </div>
      <details>
        <summary>{sayCount(steps.length, 'step')} checked in your browser</summary>
        <StepsShown steps={steps} />
        {doesNotProve.length > 0 && (
          <>
            <p>
              <strong>What it does not prove</strong>
            </p>
            <ul>
              {doesNotProve.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </>
        )}
      </details>
    </>
  );
}

async function copy(button: HTMLElement): Promise<void> {
  const source = document.getElementById(button.dataset.copy!)!;
  const status = button.parentElement!.querySelector('[role=status]')!;
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    status.textContent = 'Copied.';
  } catch {
    getSelection()?.selectAllChildren(source);
    status.textContent = 'It is marked: copy it with your keyboard.';
  }
}

for (const button of document.querySelectorAll<HTMLElement>('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}

const place = document.getElementById('check');
if (place !== null) {
  place.querySelector<HTMLElement>('[data-needs-script]')!.hidden = false;
  const answer = await check(place.dataset.document!);
  place.replaceChildren();
  render(<AnswerShown answer={answer} />, place);
}
