-- Until when an account's intents stand without another heartbeat; 0 if its owner asked for none.
alter table accounts add column live_until bigint not null default 0;

create or replace view account_leaves as
select a.owner, a.account, a.index, a.mode, a.cash, cast(a.lanes as text) as lanes, a.last_auction, a.liquidation_start,
       cast(a.partials as text) as partials, a.commands_offset, a.live_until
from accounts a;
