import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenApiDocument } from '../../src/http/shared/openapi/document.ts';
import { createJudge } from '../support/described-answers.ts';

const DOCUMENT: OpenApiDocument = {
  openapi: '3.1.0',
  info: { title: 'Test', version: '1' },
  paths: {
    '/things/{id}': {
      get: {
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
          404: { $ref: '#/components/responses/Failure' },
        },
      },
    },
  },
  components: {
    schemas: { Thing: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, note: {} } } },
    responses: {
      Failure: {
        content: { 'application/json': { schema: { type: 'object', required: ['error'], properties: { error: {} } } } },
      },
    },
  },
};

const JSON_TYPE = 'application/json; charset=utf-8';
const REQUEST = { method: 'GET', routeOptions: { url: '/things/:id', config: {} } };
const judge = createJudge(DOCUMENT);

test('answers that are as described pass, and what is not described is not judged', () => {
  assert.equal(judge(REQUEST, 200, JSON_TYPE, '{"id":"1"}'), null);
  assert.equal(judge(REQUEST, 404, JSON_TYPE, '{"error":"gone"}'), null);
  assert.equal(judge(REQUEST, 304, '', ''), null);
  assert.equal(judge({ ...REQUEST, routeOptions: { url: '/other', config: {} } }, 200, 'text/html', '<p>'), null);
});

test('an answer that is not as described does not', () => {
  assert.match(judge(REQUEST, 200, JSON_TYPE, '{}')!, /must have required property 'id'/);
  assert.match(judge(REQUEST, 200, JSON_TYPE, '{"id":1}')!, /must be string/);
  assert.match(judge(REQUEST, 200, JSON_TYPE, '{"id":"1","more":true}')!, /must NOT have additional properties/);
  assert.match(judge(REQUEST, 404, JSON_TYPE, '{"message":"gone"}')!, /required property 'error'/);
  assert.match(judge(REQUEST, 201, JSON_TYPE, '{"id":"1"}')!, /no such status/);
  assert.match(judge(REQUEST, 409, JSON_TYPE, '{"error":"x"}')!, /no such status/);
  assert.match(judge(REQUEST, 200, 'text/plain', 'x')!, /no such media type/);
});
