export {
  type Answer,
  type ApiClient,
  type ApiClientOptions,
  ApiError,
  createApiClient,
  type Input,
  type OperationName,
  type Success,
} from './client.ts';
export type * from './operations.ts';
