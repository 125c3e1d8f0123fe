import { ADDRESS_MAX_CHARS, MESSAGE_MAX_CHARS } from '../../core/relay/check-message.ts';
import { type Html, html } from './html.ts';

/** What came of a message: it was passed on, or what is wrong and what was typed. */
export type RelayResult =
  | { readonly isSent: true }
  | { readonly isSent: false; readonly problem: string; readonly message: string; readonly replyTo: string };

/** Writing to an author without learning who it is. */
export function renderRelay(certificateId: string, result: RelayResult | null): Html {
  const typed = result?.isSent === false ? result : { message: '', replyTo: '' };
  return html`<section id="relay" aria-labelledby="relay-title" class="measure">
<h2 id="relay-title">Write to the author</h2>
<p>The message is passed on; who the author is, you are not told. With an address of yours the author can answer.</p>
${result?.isSent ? html`<p class="notice" role="status">Your message was passed on.</p>` : null}
${result?.isSent === false ? html`<p class="notice bad" role="alert">${result.problem}</p>` : null}
<form method="post" action="/cert/${certificateId}/relay#relay">
<p><label for="message">Message</label>
<textarea id="message" name="message" rows="5" required maxlength="${MESSAGE_MAX_CHARS}">
${typed.message}</textarea></p>
<p><label for="reply_to">Your e-mail address, if you want an answer</label>
<input type="text" id="reply_to" name="reply_to" inputmode="email" autocomplete="email" maxlength="${ADDRESS_MAX_CHARS}" value="${typed.replyTo}"></p>
<p><button type="submit" class="quiet">Send</button></p>
</form>
</section>`;
}
