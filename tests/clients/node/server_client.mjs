// @segment/analytics-node as a backend uses it. One argument: {"key", "host", "events"}.
import { Analytics } from '@segment/analytics-node'

const { key, host, events } = JSON.parse(process.argv[2])
const client = new Analytics({ writeKey: key, host, flushAt: 20 })
const failed = []
client.on('error', (error) => failed.push(error))

client.page({ anonymousId: 'visitor-n', name: 'Pricing', properties: { n: 0, path: '/pricing' } })
client.identify({ userId: 'nora', anonymousId: 'visitor-n', traits: { email: 'nora@acme.example', title: 'CTO' } })
for (let n = 0; n < events; n++) {
  client.track({ userId: 'nora', event: 'Report Opened', properties: { n } })
  client.track({ userId: 'ned', event: 'Seat Added', properties: { n } })
}
client.group({ userId: 'nora', groupId: 'acme', traits: { name: 'Acme' } })
client.alias({ userId: 'nora', previousId: 'nora-before' })
await client.closeAndFlush()
console.log(JSON.stringify({ failed: failed.map((error) => `${error.code}: ${error.reason ?? ''}`) }))
