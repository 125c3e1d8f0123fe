import { renderField } from '../form.ts';
import type { Html } from '../html.ts';

/** As long as the interface takes. */
export const REASON_MAX_CHARS = 1_000;

/** Why something is done, for the log of operators' actions. */
export function renderReason(form: string): Html {
  return renderField({
    form,
    name: 'reason',
    label: 'Reason',
    hint: 'For the log of actions.',
    required: true,
    maxLength: REASON_MAX_CHARS,
  });
}
