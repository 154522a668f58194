-- What came of a route is told with the batch that funded it (status 7), and is no state of the batch.
create or replace view settlement_words as
select s.*,
       case s.status when 1 then 'submitted' when 2 then 'verified' when 3 then 'final'
                     when 4 then 'failed' when 5 then 'retrying' when 6 then 'posted' else 'unknown' end as word
from settlements s
where s.status <> 7;
