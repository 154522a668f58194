'use strict';

// Everything shown is set as text, never as markup: owners, details and names are other people's words.

const MOST = 16;
const LOG = 200;
const byId = (id) => document.getElementById(id);

/** A plain decimal of units of 1e-8, with digits grouped and at least two decimals. */
function decimal(units) {
  if (units === undefined || units === null || units === '') return '';
  const negative = String(units).startsWith('-');
  const digits = String(units).replace('-', '').padStart(9, '0');
  const whole = digits.slice(0, -8).replace(/\B(?=(\d{3})+$)/g, ' ');
  const rest = digits.slice(-8).replace(/0+$/, '').padEnd(2, '0');
  return `${negative ? '−' : ''}${whole}.${rest}`;
}

function short(hex) {
  return hex && hex.length > 14 ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex || '';
}

/** A table whose rows have keys; the latest first. */
class Table {
  constructor(id, cells) {
    this.body = byId(id);
    this.cells = cells;
    this.rows = new Map();
  }

  set(key, changes) {
    let row = this.rows.get(key);
    if (!row) {
      row = { element: document.createElement('tr'), data: {} };
      this.rows.set(key, row);
      this.body.prepend(row.element);
      if (this.rows.size > MOST) {
        const oldest = this.rows.keys().next().value;
        this.rows.get(oldest).element.remove();
        this.rows.delete(oldest);
      }
    }
    Object.assign(row.data, changes);
    row.element.replaceChildren(...this.cells(row.data).map((content) => {
      const cell = document.createElement('td');
      if (content instanceof Node) cell.append(content);
      else cell.textContent = content ?? '';
      return cell;
    }));
  }

  get(key) {
    return this.rows.get(key)?.data;
  }

  each(visit) {
    for (const [key, row] of this.rows) visit(key, row.data);
  }
}

function hex(value) {
  const code = document.createElement('code');
  code.textContent = short(value);
  code.title = value || '';
  return code;
}

function state(word, title) {
  const span = document.createElement('span');
  span.textContent = word || '';
  span.dataset.state = word || '';
  span.title = title || '';
  return span;
}

function intent(id) {
  const link = document.createElement('a');
  link.href = `/v1/intents/${encodeURIComponent(id)}`;
  link.append(hex(id));
  return link;
}

const auctions = new Table('auctions', (a) => [
  a.auction, a.intents, a.bids ?? 0, a.passed ?? '', a.awards ?? '', decimal(a.value), state(a.state, a.selector)]);
const bids = new Table('bids', (b) => [
  hex(b.bid), b.auction, hex(b.solver), decimal(b.score), state(b.state, b.detail)]);
const fills = new Table('fills', (f) => [
  intent(f.intent), hex(f.owner), f.parts, decimal(f.cash), decimal(f.fee), f.batch, state(f.state)]);
const batches = new Table('batches', (b) => [
  b.batch, b.steps, hex(b.tx), b.block && b.block !== '0' ? b.block : '', b.gas, state(b.state, b.detail)]);

function settle(batch, word) {
  fills.each((key, fill) => { if (fill.batch === batch) fills.set(key, { state: word }); });
}

// What was there before is counted by the views; from its opening on, an auction is counted here.
const reactions = {
  'auction-opened': (e) => auctions.set(e.auction, { auction: e.auction, intents: e.intents, bids: 0, passed: 0, counting: true, state: 'open' }),
  revealed: (e) => {
    const auction = auctions.get(e.auction);
    if (auction?.counting) auctions.set(e.auction, { bids: auction.bids + 1 });
    bids.set(e.bid, { bid: e.bid, auction: e.auction, solver: e.solver, state: 'revealed' });
  },
  held: (e) => {
    if (e.code !== 0) bids.set(e.bid, { bid: e.bid, auction: e.auction, solver: e.solver, state: 'refused', detail: `${e.code} ${e.detail}` });
  },
  screened: (e) => {
    const auction = auctions.get(e.auction);
    if (auction?.counting && e.code === 0) auctions.set(e.auction, { passed: auction.passed + 1 });
    bids.set(e.bid, {
      bid: e.bid, auction: e.auction, solver: e.solver, score: e.score,
      state: e.code === 0 ? 'passed' : 'refused', detail: e.code === 0 ? '' : `${e.code} ${e.detail}`,
    });
  },
  awarded: (e) => bids.set(e.bid, { bid: e.bid, auction: e.auction, solver: e.solver, score: e.score, state: 'awarded' }),
  'auction-closed': (e) => {
    if (auctions.get(e.auction)) {
      auctions.set(e.auction, { awards: e.awards, value: e.value, selector: e.selector, state: 'closed' });
    }
    bids.each((key, bid) => { if (bid.auction === e.auction && bid.state === 'passed') bids.set(key, { state: 'outbid' }); });
  },
  cleared: (e) => {
    fills.set(`${e.bid} ${e.intent}`, { ...e, state: 'cleared' });
    if (bids.get(e.bid)) bids.set(e.bid, { state: 'cleared' });
  },
  batched: (e) => {
    batches.set(e.batch, { batch: e.batch, steps: e.steps, state: batches.get(e.batch)?.state ?? 'batched' });
    settle(e.batch, 'batched');
  },
  settlement: (e) => {
    batches.set(e.batch, {
      batch: e.batch, tx: e.tx, block: e.block, gas: e.gasUsed === '0' ? '' : e.gasUsed, state: e.status,
      detail: e.code ? `${e.code} ${e.detail}` : '',
    });
    settle(e.batch, e.status);
  },
  price: () => marks(),
};

const words = {
  intent: (e) => `intent ${short(e.intent)} of ${short(e.owner)}`,
  'auction-opened': (e) => `auction ${e.auction} with ${e.intents} intents`,
  committed: (e) => `solver ${short(e.solver)} in auction ${e.auction}, cap ${decimal(e.cap)}`,
  held: (e) => (e.code === 0 ? `cap of bid ${short(e.bid)}` : `cap of bid ${short(e.bid)} refused: ${e.code} ${e.detail}`),
  revealed: (e) => `bid ${short(e.bid)} by ${short(e.solver)}: ${e.fills} fills`,
  screened: (e) => (e.code === 0 ? `bid ${short(e.bid)} passed, score ${decimal(e.score)}` : `bid ${short(e.bid)} refused: ${e.code} ${e.detail}`),
  awarded: (e) => `bid ${short(e.bid)} by ${short(e.solver)}, score ${decimal(e.score)}`,
  'auction-closed': (e) => `auction ${e.auction}: ${e.awards} awards, ${e.unfilled} intents wait on`,
  cleared: (e) => `intent ${short(e.intent)}: ${e.parts} parts for ${decimal(e.cash)}, fee ${decimal(e.fee)}`,
  refused: (e) => `command ${short(e.command)}: ${e.code} ${e.detail}`,
  applied: (e) => `command ${short(e.command)} of kind ${e.kind}`,
  batched: (e) => `batch ${e.batch} with ${e.steps} steps, root ${short(e.root)}`,
  settlement: (e) => `batch ${e.batch} ${e.status}${e.tx ? ` by ${short(e.tx)}` : ''}${e.code ? `: ${e.code} ${e.detail}` : ''}`,
};

function log(kind, event) {
  const say = words[kind];
  if (!say) return;
  const item = document.createElement('li');
  const time = document.createElement('time');
  const at = new Date(Number(event.at));
  time.textContent = Number.isNaN(at.getTime()) ? '' : at.toISOString().slice(11, 23);
  const name = document.createElement('b');
  name.textContent = kind;
  name.dataset.state = event.code ? 'refused' : '';
  const text = document.createElement('span');
  text.textContent = say(event);
  item.append(time, name, text);
  const list = byId('log');
  list.prepend(item);
  while (list.childElementCount > LOG) list.lastElementChild.remove();
}

let asking = false;

async function marks() {
  if (asking) return;
  asking = true;
  try {
    const answer = await fetch('/v1/markets');
    if (answer.ok) {
      const shown = (await answer.json()).filter((m) => m.mark && !/-[CP]$/.test(m.asset));
      byId('prices').textContent = shown.map((m) => `${m.asset} ${decimal(m.mark)}`).join('   ');
    }
  } catch {
    // The next price asks again.
  } finally {
    setTimeout(() => { asking = false; }, 900);
  }
}

async function list(path) {
  const answer = await fetch(path);
  return answer.ok ? (await answer.json()).reverse() : [];
}

async function before() {
  for (const a of await list(`/v1/auctions?limit=${MOST}`)) {
    auctions.set(a.auction, { ...a, bids: a.reveals, state: a.closed ? 'closed' : 'open' });
  }
  for (const b of await list(`/v1/batches?limit=${MOST}`)) {
    batches.set(b.sequence, { batch: b.sequence, steps: b.steps, tx: b.tx, block: b.block, gas: b.gasUsed, state: b.settlement });
  }
  for (const f of await list(`/v1/fills?limit=${MOST}`)) {
    fills.set(`${f.bid} ${f.intent}`, { ...f, state: f.settlement });
  }
}

function follow() {
  const shown = byId('state');
  const say = (word) => { shown.textContent = word; shown.dataset.state = word === 'live' ? 'live' : 'waiting'; };
  const source = new EventSource('/v1/events');
  const known = new Set();
  source.onopen = () => say('live');
  source.onerror = () => say('reconnecting');
  for (const kind of new Set([...Object.keys(reactions), ...Object.keys(words)])) {
    source.addEventListener(kind, (message) => {
      if (known.has(message.lastEventId)) return;
      known.add(message.lastEventId);
      if (known.size > 5000) known.clear();
      const event = JSON.parse(message.data);
      reactions[kind]?.(event);
      log(kind, event);
    });
  }
}

marks();
before().catch(() => {}).finally(follow);
