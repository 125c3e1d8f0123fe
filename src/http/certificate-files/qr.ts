import { Type } from 'typebox';
import { createQrCode, type QrCode, renderQrPng, renderQrSvg } from '../../documents/qr.ts';
import type { App } from '../shared/app.ts';
import { RequestFault } from '../shared/request-fault.ts';
import type { CertificateFilesParts } from './index.ts';
import { sendPicture } from './send-picture.ts';

/** It says an address, which does not change, and nothing about the certificate's state. */
const CACHE_CONTROL = 'public, max-age=86400';
/** A code of an address of 60 letters then has 370 pixels: sharp in print of three centimetres. */
const PIXELS_PER_MODULE = 10;

const common = { tags: ['certificates'], params: Type.Object({ id: Type.String() }) };
const svgSchema = {
  ...common,
  summary: "The address of a certificate's page, for a camera",
  response: { 200: { content: { 'image/svg+xml': { schema: Type.String() } } } },
};
const pngSchema = {
  ...common,
  summary: 'The same in pixels',
  response: { 200: { content: { 'image/png': { schema: Type.Any() } } } },
};

/** `GET /cert/{id}/qr.svg` and `GET /cert/{id}/qr.png` */
export function registerQr(app: App, { findState, publicUrl }: CertificateFilesParts): void {
  async function makeCode(id: string): Promise<{ url: string; code: QrCode }> {
    if ((await findState(id)) === null) throw new RequestFault('route-unknown', 'no such certificate');
    const url = `${publicUrl}/cert/${id}`;
    return { url, code: createQrCode(url) };
  }

  app.get('/cert/:id/qr.svg', { schema: svgSchema, config: { cors: true } }, async (request, reply) => {
    const { url, code } = await makeCode(request.params.id);
    const content = renderQrSvg(code, url);
    return sendPicture(request, reply, { type: 'image/svg+xml; charset=utf-8', content, cacheControl: CACHE_CONTROL });
  });

  app.get('/cert/:id/qr.png', { schema: pngSchema, config: { cors: true } }, async (request, reply) => {
    const { code } = await makeCode(request.params.id);
    const content = renderQrPng(code, PIXELS_PER_MODULE);
    return sendPicture(request, reply, { type: 'image/png', content, cacheControl: CACHE_CONTROL });
  });
}
