-- What the relayer must not forget: the batches it has yet to settle, and every transaction before it is sent.
create table relayer_batch (
  sequence   bigint primary key,
  record     bytea not null,
  status     text not null default 'pending',
  detail     text not null default '',
  attempts   int not null default 0
);

create table relayer_transaction (
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
create index relayer_transaction_open on relayer_transaction (sender, status, nonce);

create table watcher_cursor (
  vault      text primary key,
  next_block bigint not null,
  next_index bigint not null,
  queue_hash text not null
);
