/** Answers for /metrics: the operator's figures as text that Prometheus reads. They name peers, so a credential is asked for. */
import type { Gateway } from '../exchange/gateway.ts'
import { expositionType } from '../metrics/exposition.ts'
import { type Operation, operation } from './operation.ts'

export function readMetrics({ metrics }: Gateway): Operation {
  return operation(
    {
      id: 'readMetrics',
      method: 'get',
      path: '/metrics',
      summary: 'Figures for the operator, as Prometheus reads them',
      access: ['monitor', 'officer', 'auditor'],
      answers: { 200: { description: 'Exposition format 0.0.4.', content: { 'text/plain': 'text' } } },
      refuses: [],
    },
    async () =>
      new Response(await metrics.page(), {
        headers: { 'content-type': expositionType, 'cache-control': 'no-store' },
      }),
  )
}
