// A headless Chromium that does what it is told: one command a line on stdin, as JSON, one answer a line on stdout.
import readline from 'node:readline'
import { chromium } from 'playwright-core'

const { executablePath, ...options } = JSON.parse(process.argv[2])
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
})
const context = await browser.newContext(options)
const page = await context.newPage()
const said = []
page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
page.on('pageerror', (error) => said.push(`error: ${error.message}`))

// Frames are named by a selector of theirs; without one it is the page itself.
const inside = (frame) => (frame ? page.frameLocator(frame) : page)
const verbs = {
  goto: async ({ url }) => { const answer = await page.goto(url); return answer && { status: answer.status(), headers: answer.headers() } },
  answered: async ({ url, path }) => {
    const posted = page.waitForResponse((one) => one.request().method() === 'POST' && new URL(one.url()).pathname === path)
    await page.goto(url)
    return (await posted).status()
  },
  run: ({ script }) => page.evaluate(script),
  fill: ({ selector, value, frame }) => inside(frame).locator(selector).fill(value),
  choose: ({ selector, value, frame }) => inside(frame).locator(selector).selectOption(value),
  tick: ({ selector, frame }) => inside(frame).locator(selector).check(),
  click: ({ selector, frame }) => inside(frame).locator(selector).click(),
  press: ({ key }) => page.keyboard.press(key),
  text: ({ selector, frame }) => inside(frame).locator(selector).innerText(),
  count: ({ selector, frame }) => inside(frame).locator(selector).count(),
  waitFor: ({ selector, frame }) => inside(frame).locator(selector).waitFor(),
  look: ({ path, width, scheme }) => look(path, width, scheme),
  url: () => page.url(),
  said: () => said,
}

async function look(path, width, scheme) {
  await page.setViewportSize({ width, height: 900 })
  await page.emulateMedia({ colorScheme: scheme })
  await page.screenshot({ path, fullPage: true })
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const { verb, ...told } = JSON.parse(line)
  let answer
  try {
    answer = { value: (await verbs[verb](told)) ?? null }
  } catch (error) {
    answer = { error: error.message }
  }
  console.log(JSON.stringify(answer))
}
await browser.close()
