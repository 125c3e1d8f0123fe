import { Histogram, type Registry } from 'prom-client';

/** From a cached read to a calendar that takes as long as it may. Seconds. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export type RecordRequest = (method: string, route: string, status: number, seconds: number) => void;

/** Counts and times requests by method, route pattern and status. */
export function createRequestMetrics(registry: Registry): RecordRequest {
  const histogram = new Histogram({
    name: 'touchmark_http_request_duration_seconds',
    help: 'Time from a request head to the end of its answer; the count is the number of requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers: [registry],
  });
  return (method, route, status, seconds) => histogram.observe({ method, route, status }, seconds);
}
