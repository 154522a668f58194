-- The views. Tables hold facts, each read from one record of one topic and keyed by what it is (a digest, or the offset of a
-- topic with one partition), so that a second delivery changes nothing. What needs facts of several topics (the life of an
-- intent, the outcome of a bid) is asked of the SQL views below them and is therefore the same in whatever order they came.
--
-- arrival: where a row stands in the order in which this database learned it. It is the cursor of the event streams and the
-- only column that differs after a rebuild. Whoever writes holds one lock, so a lower arrival is never seen after a higher one.
-- Hashes and addresses are 0x and lower-case hex. "at" is the time of the record in milliseconds; all other times are unix seconds.

create sequence arrival;

-- How far each partition was read: the next offset.
create table view_offsets (
  topic     text   not null,
  partition int    not null,
  next      bigint not null,
  primary key (topic, partition)
);

-- Records that name an asset whose listing was not read yet: an intent's id needs its names. They are read again when more is
-- listed.
create table parked (
  topic     text   not null,
  partition int    not null,
  position  bigint not null,
  at        bigint not null,
  record    text   not null,
  primary key (topic, partition, position)
);

-- Records that could not be read. Kept over a rebuild, so that each is reported to dead-letters once.
create table unreadable (
  topic     text   not null,
  partition int    not null,
  position  bigint not null,
  code      int    not null,
  detail    text   not null,
  at        bigint not null,
  primary key (topic, partition, position)
);

-- intents ---------------------------------------------------------------------------------------------------------------

-- What was signed, the same from whichever topic it is read first (intents, auctions, cleared).
create table intents (
  id            text     primary key,
  owner         text     not null,
  account       bigint   not null,
  cash          bigint   not null,
  max_fee       bigint   not null,
  parts         bigint   not null,
  min_parts     bigint   not null,
  valid_from    bigint   not null,
  valid_until   bigint   not null,
  nonce_lane    smallint not null,
  nonce_number  bigint   not null,
  verified_only boolean  not null,
  legs          jsonb    not null,
  conditions    jsonb,
  arrival       bigint   not null default nextval('arrival')
);
create index intents_owner on intents (owner, account, nonce_lane, nonce_number);
create index intents_arrival on intents (arrival);

-- Who signed it: anyone may post another's intent with a key of his own, and must not hide the true one by it.
create table intent_posts (
  intent    text   not null,
  signer    text   not null,
  partition int    not null,
  position  bigint not null,
  at        bigint not null,
  arrival   bigint not null default nextval('arrival'),
  primary key (intent, signer)
);
create index intent_posts_arrival on intent_posts (arrival);

-- Those that the auction turned away before any auction (dead-letters). As above, by signer.
create table rejections (
  intent   text   not null,
  signer   text   not null,
  code     int    not null,
  detail   text   not null,
  position bigint not null,
  at       bigint not null,
  arrival  bigint not null default nextval('arrival'),
  primary key (intent, signer)
);

-- auctions --------------------------------------------------------------------------------------------------------------

create table auctions (
  auction         bigint primary key,
  opened_at       bigint not null,
  commit_until    bigint not null,
  reveal_until    bigint not null,
  commands_offset bigint not null,
  seed_commitment text   not null,
  fee_per_fill    bigint not null,
  intents         int    not null,
  at              bigint not null,
  arrival         bigint not null default nextval('arrival')
);
create index auctions_arrival on auctions (arrival);

create table auction_intents (
  auction    bigint not null,
  intent     text   not null,
  parts_left bigint not null,
  at         bigint not null,
  arrival    bigint not null default nextval('arrival'),
  primary key (auction, intent)
);
create index auction_intents_intent on auction_intents (intent, auction);

create table auction_closes (
  auction            bigint primary key,
  seed               text   not null,
  transcript         text   not null,
  commitments_offset bigint not null,
  bids_offset        bigint not null,
  awards             int    not null,
  unfilled           int    not null,
  selector           text   not null,
  value              bigint not null,
  bound              bigint not null,
  at                 bigint not null,
  arrival            bigint not null default nextval('arrival')
);
create index auction_closes_arrival on auction_closes (arrival);

create table awards (
  auction bigint not null,
  bid     text   not null,
  solver  text   not null,
  account bigint not null,
  score   bigint not null,
  pays    bigint not null,
  at      bigint not null,
  arrival bigint not null default nextval('arrival'),
  primary key (auction, bid)
);
create index awards_bid on awards (bid);
create index awards_arrival on awards (arrival);

create table unfilled (
  auction bigint not null,
  intent  text   not null,
  code    int    not null,
  detail  text   not null,
  at      bigint not null,
  arrival bigint not null default nextval('arrival'),
  primary key (auction, intent)
);
create index unfilled_intent on unfilled (intent);

-- The ends of phases: what stands behind one in its topic is late, whatever a clock says.
create table phase_ends (
  auction  bigint not null,
  phase    text   not null check (phase in ('commit', 'reveal', 'screening')),
  position bigint not null,
  at       bigint not null,
  arrival  bigint not null default nextval('arrival'),
  primary key (auction, phase)
);
create index phase_ends_arrival on phase_ends (arrival);

create table commitments (
  auction  bigint not null,
  bid      text   not null,
  solver   text   not null,
  account  bigint not null,
  cap      bigint not null,
  position bigint not null,
  at       bigint not null,
  arrival  bigint not null default nextval('arrival'),
  primary key (auction, bid, solver, account, cap)
);
create index commitments_arrival on commitments (arrival);

create table holds (
  auction            bigint not null,
  bid                text   not null,
  solver             text   not null,
  account            bigint not null,
  cap                bigint not null,
  code               int    not null,
  detail             text   not null,
  commands_offset    bigint not null,
  commitments_offset bigint not null,
  at                 bigint not null,
  arrival            bigint not null default nextval('arrival'),
  primary key (auction, bid, commitments_offset)
);
create index holds_arrival on holds (arrival);

-- What a solver signed, the same from whichever topic it is read first (bids, screened-bids, cleared).
create table bids (
  bid         text   primary key,
  auction     bigint not null,
  solver      text   not null,
  account     bigint not null,
  pays        bigint not null,
  path        text   not null,
  valid_until bigint not null,
  fills       int    not null,
  arrival     bigint not null default nextval('arrival')
);
create index bids_auction on bids (auction);

create table bid_fills (
  bid     text     not null,
  ordinal smallint not null,
  intent  text     not null,
  parts   bigint   not null,
  cash    bigint   not null,
  fee     bigint   not null,
  arrival bigint   not null default nextval('arrival'),
  primary key (bid, ordinal)
);
create index bid_fills_intent on bid_fills (intent);

create table reveals (
  bid      text   primary key,
  auction  bigint not null,
  position bigint not null,
  at       bigint not null,
  arrival  bigint not null default nextval('arrival')
);
create index reveals_auction on reveals (auction);
create index reveals_arrival on reveals (arrival);

create table verdicts (
  auction         bigint not null,
  bid             text   not null,
  solver          text   not null,
  account         bigint not null,
  code            int    not null,
  detail          text   not null,
  score           bigint not null,
  margin_before   bigint not null,
  margin_after    bigint not null,
  commands_offset bigint not null,
  bids_offset     bigint not null,
  position        bigint not null,
  at              bigint not null,
  arrival         bigint not null default nextval('arrival'),
  primary key (auction, bid)
);
create index verdicts_bid on verdicts (bid);
create index verdicts_arrival on verdicts (arrival);

-- the ledger ------------------------------------------------------------------------------------------------------------

-- Every command that became a step. "detail" is the command in words, for reading.
create table applied (
  commands_offset bigint   primary key,
  command         text     not null,
  kind            smallint not null,
  batch           bigint   not null,
  step            bigint   not null,
  root            text     not null,
  time            bigint   not null,
  owner           text,
  account         bigint,
  detail          jsonb    not null,
  at              bigint   not null,
  arrival         bigint   not null default nextval('arrival')
);
create index applied_command on applied (command);
create index applied_owner on applied (owner, account);
create index applied_arrival on applied (arrival);

create table refused (
  commands_offset bigint   primary key,
  command         text     not null,
  kind            smallint not null,
  code            int      not null,
  detail          text     not null,
  time            bigint   not null,
  owner           text,
  account         bigint,
  at              bigint   not null,
  arrival         bigint   not null default nextval('arrival')
);
create index refused_command on refused (command);
create index refused_arrival on refused (arrival);

-- The intents of a trade that was refused: they join the next auction.
create table refused_fills (
  commands_offset bigint   not null,
  ordinal         smallint not null,
  intent          text     not null,
  auction         bigint   not null,
  bid             text     not null,
  arrival         bigint   not null default nextval('arrival'),
  primary key (commands_offset, ordinal)
);
create index refused_fills_intent on refused_fills (intent);

create table fills (
  commands_offset bigint   not null,
  ordinal         smallint not null,
  intent          text     not null,
  owner           text     not null,
  account         bigint   not null,
  nonce_lane      smallint not null,
  nonce_number    bigint   not null,
  intent_parts    bigint   not null,
  auction         bigint   not null,
  bid             text     not null,
  solver          text     not null,
  solver_account  bigint   not null,
  parts           bigint   not null,
  cash            bigint   not null,
  fee             bigint   not null,
  batch           bigint   not null,
  step            bigint   not null,
  time            bigint   not null,
  at              bigint   not null,
  arrival         bigint   not null default nextval('arrival'),
  primary key (commands_offset, ordinal)
);
create index fills_intent on fills (intent);
create index fills_owner on fills (owner, account, nonce_lane, nonce_number);
create index fills_batch on fills (batch);
create index fills_bid on fills (bid);
create index fills_arrival on fills (arrival);

-- Net margins (value less requirement) of an account around one step.
create table margin_receipts (
  commands_offset bigint not null,
  owner           text   not null,
  account         bigint not null,
  im_before       bigint not null,
  mm_before       bigint not null,
  im_after        bigint not null,
  mm_after        bigint not null,
  value           bigint not null,
  price_hash      text   not null,
  params_hash     text   not null,
  arrival         bigint not null default nextval('arrival'),
  primary key (commands_offset, owner, account)
);
create index margin_receipts_owner on margin_receipts (owner, account, commands_offset);

-- The latest leaf of each account; a row of an older command never replaces a newer one.
create table accounts (
  owner             text     not null,
  account           bigint   not null,
  index             bigint   not null,
  mode              smallint not null,
  cash              bigint   not null,
  lanes             jsonb    not null,
  last_auction      bigint   not null,
  liquidation_start bigint   not null,
  partials          jsonb    not null,
  positions         jsonb    not null,
  commands_offset   bigint   not null,
  primary key (owner, account)
);

-- A cancel with the nonce lanes as they were after it, so that it can be said which intents it ended.
create table cancels (
  commands_offset bigint   primary key,
  owner           text     not null,
  account         bigint   not null,
  kind            smallint not null,
  nonce_lane      smallint not null,
  nonce_number    bigint   not null,
  bases           bigint[] not null,
  bits            bigint[] not null,
  at              bigint   not null,
  arrival         bigint   not null default nextval('arrival')
);
create index cancels_owner on cancels (owner, account);

create table session_keys (
  commands_offset bigint   primary key,
  owner           text     not null,
  account         bigint   not null,
  signer          text     not null,
  scope           smallint not null,
  expiry          bigint   not null,
  key_index       bigint   not null,
  at              bigint   not null,
  arrival         bigint   not null default nextval('arrival')
);
create index session_keys_owner on session_keys (owner, account, signer);

create table listings (
  asset           bigint primary key,
  listing         bigint not null,
  name            text   not null,
  commands_offset bigint not null,
  at              bigint not null,
  arrival         bigint not null default nextval('arrival')
);
create index listings_arrival on listings (arrival);

create table price_ticks (
  commands_offset bigint primary key,
  time            bigint not null,
  sequence        bigint not null,
  price_hash      text   not null,
  root            text   not null,
  at              bigint not null,
  arrival         bigint not null default nextval('arrival')
);
create index price_ticks_time on price_ticks (time, commands_offset);
create index price_ticks_arrival on price_ticks (arrival);

-- The latest of each; an older price never replaces a newer one.
create table marks (
  asset           bigint primary key,
  mark            bigint not null,
  commands_offset bigint not null
);

create table underlyings (
  underlying      int    primary key,
  spot            bigint not null,
  confidence      bigint not null,
  rate            bigint not null,
  perp_mark       bigint not null,
  expiries        jsonb  not null,
  commands_offset bigint not null
);

-- batches ---------------------------------------------------------------------------------------------------------------

create table batches (
  sequence     bigint primary key,
  first_offset bigint not null,
  last_offset  bigint not null,
  parent_root  text   not null,
  root         text   not null,
  steps_root   text   not null,
  data_hash    text   not null,
  steps        bigint not null,
  queue_from   bigint not null,
  queue_to     bigint not null,
  fees_before  bigint not null,
  fees_after   bigint not null,
  data_size    int    not null,
  witness_size int    not null,
  commands     jsonb  not null,
  withdrawals  jsonb  not null,
  at           bigint not null,
  arrival      bigint not null default nextval('arrival')
);
create index batches_arrival on batches (arrival);

create table settlements (
  position      bigint   primary key,
  sequence      bigint   not null,
  status        smallint not null,
  tx            text     not null,
  block         bigint   not null,
  gas_used      bigint   not null,
  gas_price     bigint   not null,
  fees          bigint   not null,
  code          int      not null,
  detail        text     not null,
  reported_at   bigint   not null,
  at            bigint   not null,
  arrival       bigint   not null default nextval('arrival')
);
create index settlements_sequence on settlements (sequence, position);
create index settlements_arrival on settlements (arrival);

-- what is asked -----------------------------------------------------------------------------------------------------------

-- Whose signature counts: the owner's, or a key's that was registered for intents. Before expiry: clearing decides.
create view accepted as
select p.intent,
       min(p.at) as at,
       min(greatest(p.arrival, i.arrival, coalesce(k.arrival, 0))) as arrival
from intent_posts p
join intents i on i.id = p.intent
left join session_keys k
  on k.owner = i.owner and k.account = i.account and k.signer = p.signer and (k.scope & 1) = 1
where p.signer = i.owner or k.signer is not null
group by p.intent;

-- A cancel ends an intent whose nonce it covers, unless the intent was filled up before or its nonce already served another.
create view cancelled as
select distinct on (i.id)
       i.id as intent, c.commands_offset, c.kind, c.at, greatest(i.arrival, c.arrival) as arrival
from intents i
join cancels c on c.owner = i.owner and c.account = i.account
where case c.kind
        when 0 then i.nonce_lane = c.nonce_lane and i.nonce_number = c.nonce_number
        when 1 then i.nonce_lane = c.nonce_lane and i.nonce_number < c.nonce_number
        else i.nonce_number < c.bases[i.nonce_lane + 1]
             or (i.nonce_number - c.bases[i.nonce_lane + 1] < 64
                 and (c.bits[i.nonce_lane + 1] >> (i.nonce_number - c.bases[i.nonce_lane + 1])::int) & 1 = 1)
      end
  and (select coalesce(sum(f.parts), 0) from fills f
       where f.intent = i.id and f.commands_offset < c.commands_offset) < i.parts
  and not exists (select 1 from fills f
       where f.owner = i.owner and f.account = i.account and f.nonce_lane = i.nonce_lane
         and f.nonce_number = i.nonce_number and f.intent <> i.id and f.commands_offset < c.commands_offset)
order by i.id, c.commands_offset;

-- The first price after its last second ends what is left of an intent.
create view expired as
select i.id as intent, t.commands_offset, t.time, t.at, greatest(i.arrival, t.arrival) as arrival
from intents i
cross join lateral (
  select p.commands_offset, p.time, p.at, p.arrival from price_ticks p
  where p.time > i.valid_until order by p.time, p.commands_offset limit 1) t
where (select coalesce(sum(f.parts), 0) from fills f
       where f.intent = i.id and f.commands_offset < t.commands_offset) < i.parts
  and not exists (select 1 from cancelled c where c.intent = i.id and c.commands_offset < t.commands_offset);

-- The nonce served another intent (one cancels the other): nothing of this one can be filled any more.
create view superseded as
select distinct on (i.id)
       i.id as intent, f.commands_offset, f.intent as by, f.at, greatest(i.arrival, f.arrival) as arrival
from intents i
join fills f
  on f.owner = i.owner and f.account = i.account and f.nonce_lane = i.nonce_lane
 and f.nonce_number = i.nonce_number and f.intent <> i.id
where not exists (select 1 from fills own where own.intent = i.id and own.commands_offset < f.commands_offset)
order by i.id, f.commands_offset;

create view positions as
select a.owner, a.account, (p->>'asset')::bigint as asset, (p->>'quantity')::bigint as quantity,
       (p->>'fundingIndex')::bigint as funding_index, (p->>'cost')::bigint as cost, a.commands_offset
from accounts a cross join lateral jsonb_array_elements(a.positions) p;

create view settlement_words as
select s.*,
       case s.status when 1 then 'submitted' when 2 then 'verified' when 3 then 'final'
                     when 4 then 'failed' when 5 then 'retrying' else 'unknown' end as word
from settlements s;

-- The auctions that an intent's life tells of: its first, and those in which a bid named it. One that waits for long stands in
-- many others.
create view notable as
select n.intent, n.auction, n.parts_left, n.at, greatest(n.arrival, min(k.seen)) as arrival
from (select x.intent, min(x.auction) as auction, 0::bigint as seen from auction_intents x group by x.intent
      union all
      select b.intent, r.auction, min(r.arrival) from bid_fills b join reveals r on r.bid = b.bid
      group by b.intent, r.auction) k
join auction_intents n on n.intent = k.intent and n.auction = k.auction
group by n.intent, n.auction, n.parts_left, n.at, n.arrival;

-- An auction that leaves an intent unfilled keeps it for the next with these codes, and gives it up with any other.
create view stays as select unnest(array[310, 311, 313]) as code;

-- Turned away by the auction, although a signature of it counts.
create view rejected as
select distinct on (r.intent)
       r.intent, r.code, r.detail, r.position, r.at, greatest(r.arrival, i.arrival, coalesce(k.arrival, 0)) as arrival
from rejections r
join intents i on i.id = r.intent
left join session_keys k
  on k.owner = i.owner and k.account = i.account and k.signer = r.signer and (k.scope & 1) = 1
where (r.signer = i.owner or k.signer is not null)
  and not exists (select 1 from auction_intents n where n.intent = r.intent)
order by r.intent, r.position;

-- The life of an intent. "rank" and "nth" order what bears the same millisecond; "key" names an event for ever.
create view intent_events as
select a.intent, a.arrival, a.at, 0 as rank, 0::bigint as nth, 'accepted' as key, 'accepted' as kind,
       jsonb_build_object() as data
from accepted a
union all
select n.intent, n.arrival, n.at, 1, n.auction, 'auction-' || n.auction, 'in-auction',
       jsonb_build_object('auction', n.auction::text, 'partsLeft', n.parts_left::text)
from notable n
union all
select n.intent, greatest(n.arrival, e.arrival), e.at, 2, n.auction, 'bids-' || n.auction, 'bids',
       jsonb_build_object('auction', n.auction::text, 'bids', (
         select count(distinct r.bid) from bid_fills f join reveals r on r.bid = f.bid
         where f.intent = n.intent and r.auction = n.auction and r.position < e.position))
from notable n
join phase_ends e on e.auction = n.auction and e.phase = 'reveal'
union all
select n.intent, greatest(n.arrival, e.arrival), e.at, 3, n.auction, 'screened-' || n.auction, 'screened',
       jsonb_build_object('auction', n.auction::text, 'passed', (
         select count(distinct v.bid) from bid_fills f join verdicts v on v.bid = f.bid
         where f.intent = n.intent and v.auction = n.auction and v.position < e.position and v.code = 0),
       'refused', (
         select count(distinct v.bid) from bid_fills f join verdicts v on v.bid = f.bid
         where f.intent = n.intent and v.auction = n.auction and v.position < e.position and v.code <> 0))
from notable n
join phase_ends e on e.auction = n.auction and e.phase = 'screening'
union all
select f.intent, greatest(w.arrival, f.arrival), w.at, 4, w.auction, 'awarded-' || w.auction || '-' || w.bid, 'awarded',
       jsonb_build_object('auction', w.auction::text, 'bid', w.bid, 'solver', w.solver, 'account', w.account::text,
         'parts', f.parts::text, 'cash', f.cash::text, 'fee', f.fee::text, 'score', w.score::text)
from awards w
join bid_fills f on f.bid = w.bid
union all
select u.intent, greatest(u.arrival, coalesce(n.arrival, 0)), u.at, 4, u.auction, 'unfilled-' || u.auction,
       case when u.code in (select code from stays) then 'unfilled' else 'refused' end,
       jsonb_build_object('auction', u.auction::text, 'code', u.code, 'detail', u.detail)
from unfilled u
left join notable n on n.intent = u.intent and n.auction = u.auction
where n.auction is not null or u.code not in (select code from stays)
union all
select r.intent, r.arrival, r.at, 4, r.position, 'rejected', 'refused',
       jsonb_build_object('code', r.code, 'detail', r.detail)
from rejected r
union all
select f.intent, f.arrival, f.at, 5, f.commands_offset, 'cleared-' || f.commands_offset || '-' || f.ordinal, 'cleared',
       jsonb_build_object('auction', f.auction::text, 'bid', f.bid, 'solver', f.solver, 'parts', f.parts::text,
         'cash', f.cash::text, 'fee', f.fee::text, 'batch', f.batch::text, 'step', f.step::text,
         'commandsOffset', f.commands_offset::text, 'initialMarginBefore', m.im_before::text,
         'initialMarginAfter', m.im_after::text, 'maintenanceMarginBefore', m.mm_before::text,
         'maintenanceMarginAfter', m.mm_after::text, 'accountValue', m.value::text)
from fills f
left join margin_receipts m
  on m.commands_offset = f.commands_offset and m.owner = f.owner and m.account = f.account
union all
select r.intent, r.arrival, c.at, 5, r.commands_offset, 'refused-' || r.commands_offset, 'refused',
       jsonb_build_object('auction', r.auction::text, 'bid', r.bid, 'code', c.code, 'detail', c.detail,
         'commandsOffset', r.commands_offset::text)
from refused_fills r
join refused c on c.commands_offset = r.commands_offset
union all
select f.intent, f.arrival, f.at, 6, f.commands_offset, 'filled-' || f.commands_offset || '-' || f.ordinal,
       case when d.done >= f.intent_parts then 'filled' else 'partially-filled' end,
       jsonb_build_object('partsDone', d.done::text, 'parts', f.intent_parts::text)
from fills f
cross join lateral (
  select sum(o.parts) as done from fills o
  where o.intent = f.intent and (o.commands_offset, o.ordinal) <= (f.commands_offset, f.ordinal)) d
union all
select f.intent, greatest(min(f.arrival), b.arrival), b.at, 7, b.sequence, 'batched-' || b.sequence, 'batched',
       jsonb_build_object('batch', b.sequence::text, 'root', b.root)
from fills f
join batches b on b.sequence = f.batch
group by f.intent, b.sequence
union all
select f.intent, greatest(min(f.arrival), s.arrival), s.at, 8, s.position, s.word || '-' || s.position, s.word,
       jsonb_build_object('batch', s.sequence::text, 'tx', s.tx, 'block', s.block::text, 'gasUsed', s.gas_used::text,
         'code', s.code, 'detail', s.detail)
from fills f
join settlement_words s on s.sequence = f.batch
group by f.intent, s.position, s.arrival, s.at, s.word, s.sequence, s.tx, s.block, s.gas_used, s.code, s.detail
union all
select c.intent, c.arrival, c.at, 9, c.commands_offset, 'cancelled', 'cancelled',
       jsonb_build_object('commandsOffset', c.commands_offset::text)
from cancelled c
union all
select e.intent, e.arrival, e.at, 9, e.commands_offset, 'expired', 'expired',
       jsonb_build_object('time', e.time::text)
from expired e
union all
select s.intent, s.arrival, s.at, 9, s.commands_offset, 'superseded', 'superseded',
       jsonb_build_object('by', s.by, 'commandsOffset', s.commands_offset::text)
from superseded s;

-- Planning it takes ten times as long as asking it: each connection plans it once.
create function life(asked text) returns setof intent_events
language plpgsql stable
set plan_cache_mode = force_generic_plan
set jit = off
as $$ begin return query select e.* from views.intent_events e where e.intent = asked; end $$;

create view intent_states as
select i.id, i.owner, i.account, i.cash, i.max_fee, i.parts, i.min_parts, i.valid_from, i.valid_until, i.nonce_lane,
       i.nonce_number, i.verified_only, cast(i.legs as text) as legs, cast(i.conditions as text) as conditions, i.arrival,
       coalesce(d.done, 0) as parts_done,
       a.at as accepted_at,
       case
         when coalesce(d.done, 0) >= i.parts then 'filled'
         when exists (select 1 from cancelled c where c.intent = i.id) then 'cancelled'
         when exists (select 1 from superseded s where s.intent = i.id) then 'superseded'
         when exists (select 1 from expired e where e.intent = i.id) then 'expired'
         -- 310, 311 and 313 leave the intent in the pool; 203 and 207 are told by 'expired' and 'cancelled'.
         when exists (select 1 from unfilled u where u.intent = i.id and u.code not in (203, 207, 310, 311, 313))
           then 'refused'
         when u.code = 203 then 'expired'
         when u.code is not null then 'refused'
         when coalesce(d.done, 0) > 0 then 'partially-filled'
         when n.auction is not null and not exists (select 1 from auction_closes c where c.auction = n.auction)
           then 'in-auction'
         when exists (select 1 from rejected r where r.intent = i.id) then 'refused'
         when a.at is not null or n.auction is not null then 'accepted'
         else 'unsigned'
       end as state
from intents i
left join lateral (select sum(f.parts)::bigint as done from fills f where f.intent = i.id) d on true
left join lateral (select x.at from accepted x where x.intent = i.id) a on true
left join lateral (select max(x.auction) as auction from auction_intents x where x.intent = i.id) n on true
left join lateral (
  select x.code from unfilled x where x.intent = i.id and x.code not in (select code from stays)
  order by x.auction desc limit 1) u on true;

create view auction_outcomes as
select a.auction, a.opened_at, a.commit_until, a.reveal_until, a.commands_offset, a.seed_commitment, a.fee_per_fill,
       a.intents, c.auction is not null as closed, c.seed, c.transcript, c.awards, c.unfilled, c.selector, c.value, c.bound,
       (select count(*) from commitments x where x.auction = a.auction) as commitments,
       (select count(*) from reveals x where x.auction = a.auction) as reveals
from auctions a
left join auction_closes c on c.auction = a.auction;

create view fill_outcomes as
select f.commands_offset, f.ordinal, f.intent, f.owner, f.account, f.auction, f.bid, f.solver, f.solver_account, f.parts,
       f.intent_parts, f.cash, f.fee, f.batch, f.step, f.time, f.at, m.im_before, m.im_after, m.mm_before, m.mm_after,
       m.value, m.price_hash, m.params_hash,
       case when s.word is not null then s.word when b.sequence is not null then 'batched' else 'cleared' end as settlement,
       s.tx, s.block
from fills f
left join margin_receipts m
  on m.commands_offset = f.commands_offset and m.owner = f.owner and m.account = f.account
left join batches b on b.sequence = f.batch
left join lateral (
  select * from settlement_words w where w.sequence = f.batch order by w.position desc limit 1) s on true;

create view batch_outcomes as
select b.sequence, b.first_offset, b.last_offset, b.parent_root, b.root, b.steps_root, b.data_hash, b.steps, b.queue_from,
       b.queue_to, b.fees_before, b.fees_after, b.data_size, b.witness_size, cast(b.commands as text) as commands,
       cast(b.withdrawals as text) as withdrawals, b.at, coalesce(s.word, 'batched') as settlement, s.tx, s.block, s.gas_used,
       s.gas_price, s.fees, s.code, s.detail,
       (select count(*) from fills f where f.batch = b.sequence) as fills
from batches b
left join lateral (
  select * from settlement_words w where w.sequence = b.sequence order by w.position desc limit 1) s on true;

create view command_outcomes as
select a.commands_offset, a.command, a.kind, 0 as code, '' as reason, a.batch, a.step, a.time, a.owner, a.account,
       cast(a.detail as text) as detail
from applied a
union all
select r.commands_offset, r.command, r.kind, r.code, r.detail, null, null, r.time, r.owner, r.account, '{}'
from refused r;

create view account_leaves as
select a.owner, a.account, a.index, a.mode, a.cash, cast(a.lanes as text) as lanes, a.last_auction, a.liquidation_start,
       cast(a.partials as text) as partials, a.commands_offset
from accounts a;

create view account_positions as
select p.owner, p.account, p.asset, p.quantity, p.funding_index, p.cost, l.name, m.mark
from positions p
left join listings l on l.asset = p.asset
left join marks m on m.asset = p.asset;

create view markets as
select l.asset, l.listing, l.name, m.mark, t.time, t.sequence
from listings l
left join marks m on m.asset = l.asset
left join price_ticks t on t.commands_offset = m.commands_offset;

create view underlying_prices as
select u.underlying, u.spot, u.confidence, u.rate, u.perp_mark, cast(u.expiries as text) as expiries, t.time, t.sequence,
       t.price_hash
from underlyings u
join price_ticks t on t.commands_offset = u.commands_offset;

-- Everything that is known of a bid, from the first of its traces.
create view bid_outcomes as
select k.auction, k.bid,
       coalesce(b.solver, v.solver, c.solver, w.solver) as solver,
       coalesce(b.account, v.account, c.account, w.account) as account,
       c.cap, h.code as hold_code, h.detail as hold_detail,
       b.pays, b.valid_until, r.position as reveal_position, r.at as revealed_at,
       r.position is not null and e.position is not null and r.position > e.position as late,
       v.code as verdict_code, v.detail as verdict_detail, v.score, v.margin_before, v.margin_after, v.commands_offset,
       w.bid is not null as awarded,
       (select min(f.commands_offset) from fills f where f.bid = k.bid) as cleared_offset,
       (select count(*) from auction_closes x where x.auction = k.auction) > 0 as closed
from (select auction, bid from commitments
      union select auction, bid from bids
      union select auction, bid from verdicts
      union select auction, bid from awards) k
left join bids b on b.bid = k.bid
left join lateral (select * from commitments x where x.auction = k.auction and x.bid = k.bid
                   order by x.position limit 1) c on true
left join lateral (select * from holds x where x.auction = k.auction and x.bid = k.bid
                   order by x.code, x.commitments_offset limit 1) h on true
left join reveals r on r.bid = k.bid
left join phase_ends e on e.auction = k.auction and e.phase = 'reveal'
left join verdicts v on v.auction = k.auction and v.bid = k.bid
left join awards w on w.auction = k.auction and w.bid = k.bid;

-- Everything that happens, one row each, for the live view.
create view feed as
select p.arrival, p.at, 'intent' as kind,
       jsonb_build_object('intent', p.intent, 'owner', i.owner, 'parts', i.parts::text, 'cash', i.cash::text) as data
from intent_posts p
join intents i on i.id = p.intent
where p.signer = i.owner
   or exists (select 1 from session_keys k where k.owner = i.owner and k.account = i.account
              and k.signer = p.signer and (k.scope & 1) = 1)
union all
select a.arrival, a.at, 'auction-opened',
       jsonb_build_object('auction', a.auction::text, 'intents', a.intents, 'openedAt', a.opened_at::text,
         'commitUntil', a.commit_until::text, 'revealUntil', a.reveal_until::text)
from auctions a
union all
select c.arrival, c.at, 'committed',
       jsonb_build_object('auction', c.auction::text, 'bid', c.bid, 'solver', c.solver, 'cap', c.cap::text)
from commitments c
union all
select h.arrival, h.at, 'held',
       jsonb_build_object('auction', h.auction::text, 'bid', h.bid, 'solver', h.solver, 'code', h.code, 'detail', h.detail)
from holds h
union all
select r.arrival, r.at, 'revealed',
       jsonb_build_object('auction', r.auction::text, 'bid', r.bid, 'solver', b.solver, 'fills', b.fills,
         'pays', b.pays::text)
from reveals r
left join bids b on b.bid = r.bid
union all
select v.arrival, v.at, 'screened',
       jsonb_build_object('auction', v.auction::text, 'bid', v.bid, 'solver', v.solver, 'code', v.code,
         'detail', v.detail, 'score', v.score::text)
from verdicts v
union all
select w.arrival, w.at, 'awarded',
       jsonb_build_object('auction', w.auction::text, 'bid', w.bid, 'solver', w.solver, 'score', w.score::text)
from awards w
union all
select c.arrival, c.at, 'auction-closed',
       jsonb_build_object('auction', c.auction::text, 'awards', c.awards, 'unfilled', c.unfilled,
         'selector', c.selector, 'value', c.value::text, 'bound', c.bound::text)
from auction_closes c
union all
select f.arrival, f.at, 'cleared',
       jsonb_build_object('intent', f.intent, 'owner', f.owner, 'auction', f.auction::text, 'bid', f.bid,
         'solver', f.solver, 'parts', f.parts::text, 'cash', f.cash::text, 'fee', f.fee::text,
         'batch', f.batch::text, 'step', f.step::text)
from fills f
union all
select r.arrival, r.at, 'refused',
       jsonb_build_object('command', r.command, 'kind', r.kind, 'code', r.code, 'detail', r.detail,
         'commandsOffset', r.commands_offset::text)
from refused r
union all
select a.arrival, a.at, 'applied',
       jsonb_build_object('command', a.command, 'kind', a.kind, 'commandsOffset', a.commands_offset::text,
         'batch', a.batch::text, 'step', a.step::text)
from applied a where a.kind <> 48
union all
select t.arrival, t.at, 'price',
       jsonb_build_object('time', t.time::text, 'sequence', t.sequence::text)
from price_ticks t
union all
select b.arrival, b.at, 'batched',
       jsonb_build_object('batch', b.sequence::text, 'steps', b.steps::text, 'root', b.root)
from batches b
union all
select s.arrival, s.at, 'settlement',
       jsonb_build_object('batch', s.sequence::text, 'status', s.word, 'tx', s.tx, 'block', s.block::text,
         'gasUsed', s.gas_used::text, 'code', s.code, 'detail', s.detail)
from settlement_words s;
