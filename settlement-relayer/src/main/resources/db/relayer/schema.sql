-- What the relayer must not forget: the batches it has yet to settle, and every transaction before it is sent. Run at each
-- start: every statement leaves what is there as it is. Two roles may run it at once, hence the lock.
begin;
select pg_advisory_xact_lock(4711);
create schema if not exists relayer;

create table if not exists relayer.batch (
  sequence   bigint primary key,
  record     bytea not null,
  status     text not null default 'pending',
  detail     text not null default '',
  attempts   int not null default 0
);

create table if not exists relayer.transaction (
  hash       text primary key,
  sender     text not null,
  nonce      bigint not null,
  sequence   bigint not null,
  purpose    text not null,
  raw        text not null,
  tip        numeric(40) not null,
  max_fee    numeric(40) not null,
  gas_limit  bigint not null,
  status     text not null default 'sent',
  block      bigint,
  gas_used   bigint,
  gas_price  bigint,
  sent_at    timestamptz not null default now()
);
create index if not exists transaction_open on relayer.transaction (sender, status, nonce);

create table if not exists relayer.route (
  id         text primary key,
  record     bytea not null,
  escrow     text not null,
  status     text not null default 'kept',
  sequence   bigint
);
create index if not exists route_escrow on relayer.route (escrow);
create index if not exists route_status on relayer.route (status);

create table if not exists relayer.queue_cursor (
  vault      text primary key,
  next_block bigint not null,
  next_index bigint not null,
  queue_hash text not null
);
commit;
