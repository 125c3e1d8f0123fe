import { isUtf8 } from 'node:buffer';
import type { App } from './app.ts';
import { RequestFault } from './request-fault.ts';

/** Makes `application/json` in valid UTF-8 the only body a route takes, unless its scope says otherwise. */
export function acceptJsonOnly(app: App): void {
  const parseText = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isUtf8(body as Buffer)) return done(new RequestFault('body-malformed', 'the body is not UTF-8'));
    parseText(request, body.toString('utf8'), done);
  });
}
