package io.parley.clearing;

import io.parley.protocol.Address;
import io.parley.protocol.AssetId;
import io.parley.protocol.AssetKind;
import io.parley.protocol.Bid;
import io.parley.protocol.Bytes32;
import io.parley.protocol.Cancel;
import io.parley.protocol.CancelCommand;
import io.parley.protocol.Command;
import io.parley.protocol.CreditFee;
import io.parley.protocol.Deposit;
import io.parley.protocol.Domain;
import io.parley.protocol.Eip712;
import io.parley.protocol.FeederSet;
import io.parley.protocol.Fill;
import io.parley.protocol.Fixed8;
import io.parley.protocol.ForcedCancel;
import io.parley.protocol.ForcedReduce;
import io.parley.protocol.ForcedWithdraw;
import io.parley.protocol.Heartbeat;
import io.parley.protocol.HeartbeatCommand;
import io.parley.protocol.Intent;
import io.parley.protocol.IntentForm;
import io.parley.protocol.Leg;
import io.parley.protocol.ListAsset;
import io.parley.protocol.PriceCommand;
import io.parley.protocol.PriceContent;
import io.parley.protocol.QueueCommand;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import io.parley.protocol.RegisterKey;
import io.parley.protocol.SetMode;
import io.parley.protocol.SetModeCommand;
import io.parley.protocol.SetParameters;
import io.parley.protocol.Signature;
import io.parley.protocol.Signatures;
import io.parley.protocol.SignedBid;
import io.parley.protocol.SignedIntent;
import io.parley.protocol.TradeCommand;
import io.parley.protocol.Undecodable;
import io.parley.protocol.Withdraw;
import io.parley.protocol.WithdrawCommand;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code state' = apply(state, command)}, one method per command: checks in the order of docs/protocol.md, section 6,
 * then effects, all of them on the step's drafts. It reads the step and the world and nothing else, so that the ledger
 * and the stateless verifier run the same function.
 */
final class Transition {
    private static final long MAX_DEPOSIT = Fixed8.LIMIT;
    private static final int MAX_STEP_LEGS = 64;
    private static final int MAX_STEP_POSITIONS = 256;

    private final Domain domain;
    private final World world;
    private final Step step;
    private final Recovery recovery;

    Transition(Domain domain, World world, Step step, Recovery recovery) {
        this.domain = domain;
        this.world = world;
        this.step = step;
        this.recovery = recovery;
    }

    /**
     * Runs one command on the step.
     *
     * @param record the command's bytes
     * @throws StepRefused at the first check that fails
     */
    void run(Command command, byte[] record) {
        switch (command) {
            case QueueCommand entry -> {
                step.advanceQueue(entry.queueIndex(), record);
                switch (entry) {
                    case Deposit deposit -> deposit(deposit);
                    case RegisterKey key -> registerKey(key);
                    case ListAsset listing -> listAsset(listing);
                    case SetParameters parameters -> setParameters(parameters);
                    case CreditFee credit -> creditFee(credit);
                    case ForcedWithdraw forced -> forcedWithdraw(forced);
                    case ForcedReduce forced -> forcedReduce(forced);
                    case ForcedCancel forced -> forcedCancel(forced);
                }
            }
            case WithdrawCommand withdraw -> withdraw(withdraw.withdraw(), withdraw.signature());
            case CancelCommand cancel -> cancel(cancel.cancel(), cancel.signature());
            case SetModeCommand mode -> setMode(mode.setMode(), mode.signature());
            case HeartbeatCommand beat -> heartbeat(beat.heartbeat(), beat.signature());
            case PriceCommand price -> price(price);
            case TradeCommand trade -> trade(trade.auction(), trade.bid(), trade.intents());
        }
    }

    private void deposit(Deposit deposit) {
        long highest = deposit.queueIndex() + 1;
        require(
                deposit.accountIndex() > 0 && deposit.accountIndex() <= highest,
                Reason.QUEUE_ORDER,
                "entry %d of the queue cannot have made account %d",
                deposit.queueIndex(),
                deposit.accountIndex());
        Draft account = place(deposit.accountIndex(), deposit.owner(), deposit.account());
        int known = world.indexOf(deposit.owner(), deposit.account());
        require(
                known == 0 || known == deposit.accountIndex(),
                Reason.QUEUE_ORDER,
                "number %d of %s is account %d, not %d",
                deposit.account(),
                deposit.owner(),
                known,
                deposit.accountIndex());
        long asset = deposit.asset().id();
        long held = deposit.asset().isCash() ? account.cash() : account.quantity(asset);
        boolean isNew = !deposit.asset().isCash() && held == 0;
        if (deposit.amount() == 0
                || deposit.amount() >= MAX_DEPOSIT
                || held > Long.MAX_VALUE - deposit.amount()
                || isNew && account.positionCount() == Account.MAX_POSITIONS) {
            step.withdraw(deposit.asset(), deposit.from(), deposit.amount());
            step.becomeNoop();
            return;
        }
        if (!account.exists()) {
            account.create(deposit.owner(), deposit.account());
        }
        if (deposit.asset().isCash()) {
            account.setCash(held + deposit.amount());
        } else {
            account.add(asset, deposit.amount());
        }
    }

    private void creditFee(CreditFee credit) {
        Draft account = place(credit.accountIndex(), credit.owner(), credit.account());
        long pot = step.get(GlobalRecord.FEES);
        if (!account.exists() || credit.amount() > pot || account.cash() > Long.MAX_VALUE - credit.amount()) {
            step.becomeNoop();
            return;
        }
        step.set(GlobalRecord.FEES, pot - credit.amount());
        account.setCash(account.cash() + credit.amount());
    }

    private Draft place(int index, Address owner, long number) {
        Draft account = world.place(index);
        require(
                !account.exists() || account.isOf(owner, number),
                Reason.NO_ACCOUNT,
                "account %d is not number %d of %s",
                index,
                number,
                owner);
        return account;
    }

    private void registerKey(RegisterKey key) {
        Grant grant = new Grant(key.keyIndex(), key.scope(), key.expiry());
        step.setHash(GlobalRecord.KEYS_ROOT, world.register(key.owner(), key.account(), key.key(), grant));
    }

    private void listAsset(ListAsset listing) {
        int count = step.listingCount();
        require(
                listing.listingIndex() == count && count < 1 << 16,
                Reason.QUEUE_ORDER,
                "the next listing is %d, not %d",
                count,
                listing.listingIndex());
        step.setHash(GlobalRecord.LISTINGS_ROOT, world.list(count, listing.asset(), listing.name()));
        step.setListingCount(count + 1);
    }

    private void setParameters(SetParameters parameters) {
        step.setHash(
                parameters.what() == SetParameters.MARGIN ? GlobalRecord.PARAMS_HASH : GlobalRecord.FEEDER_SET_HASH,
                parameters.content().hash());
    }

    private void forcedWithdraw(ForcedWithdraw forced) {
        Draft account = forced(forced.accountIndex(), forced.owner(), forced.account());
        if (account.positionCount() > 0) {
            world.needPricing();
        }
        ifAllowed(() -> {
            AssetId asset = forced.asset();
            long amount = Math.min(forced.amount(), balance(account, asset));
            require(amount > 0, Reason.INSUFFICIENT_BALANCE, "there is none of it");
            take(account, asset, amount);
            requireMargins();
            step.withdraw(asset, forced.to(), amount);
        });
    }

    private void forcedReduce(ForcedReduce forced) {
        require(
                forced.accountIndex() != forced.counterIndex(),
                Reason.QUEUE_ORDER,
                "account %d cannot be its own counterparty",
                forced.accountIndex());
        Draft account = forced(forced.accountIndex(), forced.owner(), forced.account());
        Draft counter = forced(forced.counterIndex(), forced.counterOwner(), forced.counterAccount());
        if (account.positionCount() > 0) {
            world.needPricing();
        }
        ifAllowed(() -> {
            AssetId asset = forced.asset();
            long held = asset.kind() == AssetKind.SPOT || asset.isCash() ? 0 : account.quantity(asset.id());
            long most = held == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(held);
            long size = Math.min(forced.quantity(), most);
            require(size > 0, Reason.INSUFFICIENT_BALANCE, "there is none of it");
            long cash = ForcedPrice.worth(world.prices(), asset, size, held < 0);
            long quantity = held < 0 ? size : -size;
            account.add(asset.id(), quantity);
            counter.add(asset.id(), -quantity);
            account.setCash(Math.addExact(account.cash(), cash));
            counter.setCash(Math.subtractExact(counter.cash(), cash));
            requireAllowed(counter);
            requireMargins();
        });
    }

    private void forcedCancel(ForcedCancel forced) {
        Draft account = forced(forced.accountIndex(), forced.owner(), forced.account());
        ifAllowed(() -> {
            requireCancelKind(forced.cancelKind());
            cancel(account, forced.cancelKind(), forced.nonce());
        });
    }

    /** The contract gives no entry of this kind to an account that was never deposited for. */
    private Draft forced(int index, Address owner, long number) {
        Draft account = place(index, owner, number);
        require(account.exists(), Reason.NO_ACCOUNT, "there is no account %d", index);
        return account;
    }

    /** An entry of the queue is a step whatever it asks for: what is not allowed is a step that does nothing else. */
    private void ifAllowed(Runnable effect) {
        try {
            effect.run();
        } catch (StepRefused | MarginUnavailable | ArithmeticException e) {
            step.becomeNoop();
        }
    }

    private void withdraw(Withdraw withdraw, Signature signature) {
        Draft account = existing(0, withdraw.owner(), withdraw.account());
        AssetId asset = withdraw.asset();
        require(world.listings().contains(asset), Reason.NOT_LISTED, "%s is not listed", asset);
        authorise(0, withdraw.owner(), withdraw.account(), world.digest(withdraw), signature, RegisterKey.WITHDRAW);
        requireNotExpired(withdraw.validUntil());
        requireUnused(account, withdraw.nonce());
        require(withdraw.amount() > 0, Reason.BAD_AMOUNT, "the amount is 0");
        long balance = balance(account, asset);
        if (balance < withdraw.amount()) {
            throw new StepRefused(
                    Reason.INSUFFICIENT_BALANCE,
                    "needs %s of %s, has %s"
                            .formatted(Fixed8.format(withdraw.amount()), nameOf(asset), Fixed8.format(balance)));
        }
        NonceLanes.use(account.lanes(), withdraw.nonce());
        take(account, asset, withdraw.amount());
        step.withdraw(asset, withdraw.to(), withdraw.amount());
        requireMargins();
    }

    /** What can be handed out of an asset: nothing of a perp or an option. */
    private static long balance(Draft account, AssetId asset) {
        return switch (asset.kind()) {
            case CASH -> account.cash();
            case SPOT -> account.quantity(asset.id());
            case PERP, CALL, PUT -> 0;
        };
    }

    private static void take(Draft account, AssetId asset, long amount) {
        if (asset.isCash()) {
            account.setCash(account.cash() - amount);
        } else {
            account.add(asset.id(), -amount);
        }
    }

    private void setMode(SetMode setMode, Signature signature) {
        Draft account = existing(0, setMode.owner(), setMode.account());
        require(setMode.mode() <= SetMode.PORTFOLIO, Reason.BAD_FIELD, "there is no margin mode %d", setMode.mode());
        authorise(
                0, setMode.owner(), setMode.account(), Eip712.digest(domain, setMode), signature, RegisterKey.WITHDRAW);
        requireNotExpired(setMode.validUntil());
        requireUnused(account, setMode.nonce());
        NonceLanes.use(account.lanes(), setMode.nonce());
        account.setMode(setMode.mode());
        requireMargins();
    }

    private void heartbeat(Heartbeat heartbeat, Signature signature) {
        Draft account = existing(0, heartbeat.owner(), heartbeat.account());
        long until = heartbeat.until();
        require(
                until == 0 || until > step.time() && until < 1L << 32,
                Reason.BAD_FIELD,
                "until (%d) must be 0, or above the time (%d) and below 2^32",
                until,
                step.time());
        authorise(
                0,
                heartbeat.owner(),
                heartbeat.account(),
                Eip712.digest(domain, heartbeat),
                signature,
                RegisterKey.CANCEL);
        requireNotExpired(heartbeat.validUntil());
        requireUnused(account, heartbeat.nonce());
        if (account.isLapsed(step.time())) {
            // What stood when the switch went off stays cancelled, whoever comes back.
            cancel(account, Cancel.ALL, heartbeat.nonce());
        } else {
            NonceLanes.use(account.lanes(), heartbeat.nonce());
        }
        account.setLiveUntil(until);
    }

    private void cancel(Cancel cancel, Signature signature) {
        Draft account = existing(0, cancel.owner(), cancel.account());
        requireCancelKind(cancel.kind());
        authorise(0, cancel.owner(), cancel.account(), Eip712.digest(domain, cancel), signature, RegisterKey.CANCEL);
        requireNotExpired(cancel.validUntil());
        cancel(account, cancel.kind(), cancel.nonce());
    }

    private static void requireCancelKind(int kind) {
        require(kind <= Cancel.ALL, Reason.BAD_FIELD, "there is no cancel kind %d", kind);
    }

    private static void cancel(Draft account, int kind, long nonce) {
        switch (kind) {
            case Cancel.ONE -> {
                if (!account.removePartialsOfNonce(nonce)) {
                    requireUnused(account, nonce);
                    NonceLanes.use(account.lanes(), nonce);
                }
            }
            case Cancel.BELOW -> {
                if (!NonceLanes.isAboveBase(account.lanes(), nonce)) {
                    throw nonceUsed(nonce);
                }
                NonceLanes.cancelBelow(account.lanes(), nonce);
                account.removePartialsBelow(nonce);
            }
            default -> {
                requireUnused(account, nonce);
                NonceLanes.cancelAll(account.lanes());
                account.removeAllPartials();
            }
        }
    }

    private void price(PriceCommand price) {
        require(
                price.time() >= step.time(),
                Reason.PRICE_ORDER,
                "the time %d is before the last, %d",
                price.time(),
                step.time());
        long last = step.get(GlobalRecord.PRICE_SEQUENCE);
        require(
                price.sequence() > last,
                Reason.PRICE_ORDER,
                "the sequence %d is not above the last, %d",
                price.sequence(),
                last);
        Bytes32 digest = Eip712.digest(domain, price.price());
        requireQuorum(digest, price.signatures());
        requireContent(price);
        step.set(GlobalRecord.TIME, price.time());
        step.set(GlobalRecord.PRICE_SEQUENCE, price.sequence());
        step.setHash(GlobalRecord.PRICE_HASH, digest);
    }

    private void requireQuorum(Bytes32 digest, List<Signature> signatures) {
        FeederSet set;
        try {
            set = FeederSet.decode(world.feederSet());
        } catch (Undecodable e) {
            throw new StepRefused(Reason.QUORUM, "there is no feeder set");
        }
        require(
                signatures.size() >= set.threshold(),
                Reason.QUORUM,
                "%d feeders signed, %d must",
                signatures.size(),
                set.threshold());
        int next = 0;
        for (Signature signature : signatures) {
            Address signer = recover(digest, signature);
            while (next < set.feeders().size() && !set.feeders().get(next).equals(signer)) {
                next++;
            }
            require(next < set.feeders().size(), Reason.QUORUM, "%s is no feeder, or out of order", signer);
            next++;
        }
    }

    private void requireContent(PriceCommand price) {
        PriceContent content;
        try {
            content = PriceContent.decode(price.content());
        } catch (Undecodable e) {
            throw new StepRefused(Reason.PRICE_CONTENT, String.valueOf(e.getMessage()));
        }
        Bytes32 marks = content.marksRoot(step.hash(GlobalRecord.PARAMS_HASH));
        require(
                marks.equals(price.marksRoot()),
                Reason.PRICE_CONTENT,
                "the marks under parameters %s have root %s, not %s",
                step.hash(GlobalRecord.PARAMS_HASH),
                marks,
                price.marksRoot());
        String broken = Prices.brokenRule(content);
        if (broken != null) {
            throw new StepRefused(Reason.PRICE_CONTENT, broken);
        }
    }

    /** A bid and the intents that it fills, one for each fill. */
    void trade(long auction, SignedBid signedBid, List<SignedIntent> intents) {
        Bid bid = signedBid.bid();
        List<Fill> fills = bid.fills();
        requireShape(auction, bid, intents);

        Draft solver = world.account(0, bid.solver(), bid.account());
        Draft[] owners = new Draft[fills.size()];
        for (int i = 0; i < owners.length; i++) {
            Intent intent = intents.get(i).intent();
            owners[i] = world.account(i + 1, intent.owner(), intent.account());
        }
        long time = step.time();
        int positions = 0;
        for (int slot = 0; slot < step.touched(); slot++) {
            positions += step.touched(slot).positionCount();
            step.touched(slot).dropExpiredPartials(time);
        }
        require(
                positions <= MAX_STEP_POSITIONS,
                Reason.STEP_LIMIT,
                "the accounts hold %d positions, a step may touch 256",
                positions);

        if (solver == null) {
            throw noAccount(bid.solver(), bid.account());
        }
        require(
                bid.auction() > solver.lastAuction(),
                Reason.AUCTION_NOT_NEW,
                "the auction %d is not above the solver's last, %d",
                bid.auction(),
                solver.lastAuction());
        requireNotExpired(bid.validUntil());
        authorise(0, bid.solver(), bid.account(), Eip712.digest(domain, bid), signedBid.signature(), RegisterKey.BIDS);
        for (int i = 0; i < owners.length; i++) {
            checkFill(i, fills.get(i), intents.get(i), owners[i], solver);
        }
        try {
            for (int i = 0; i < owners.length; i++) {
                settleFill(fills.get(i), intents.get(i).intent(), existing(owners[i]), solver);
            }
            settleBid(bid, solver);
        } catch (ArithmeticException e) {
            throw new StepRefused(Reason.OVERFLOW, "a result leaves the 64-bit range: %s".formatted(e.getMessage()));
        }
        for (int slot = 0; slot < step.touched(); slot++) {
            requireAllowed(step.touched(slot));
        }
        requireMargins();
    }

    private void requireShape(long auction, Bid bid, List<SignedIntent> intents) {
        List<Fill> fills = bid.fills();
        require(
                !fills.isEmpty() && fills.size() <= Bid.MAX_FILLS,
                Reason.BAD_COUNT,
                "a bid has 1 to 15 fills, not %d",
                fills.size());
        require(
                fills.size() == intents.size(),
                Reason.BAD_COUNT,
                "there are %d fills and %d intents",
                fills.size(),
                intents.size());
        require(
                bid.auction() == auction,
                Reason.BAD_FIELD,
                "the bid is for auction %d, the trade of %d",
                bid.auction(),
                auction);
        int legs = 0;
        for (int i = 0; i < intents.size(); i++) {
            legs += intents.get(i).intent().legs().size();
        }
        require(legs <= MAX_STEP_LEGS, Reason.STEP_LIMIT, "the intents have %d legs, a step may have 64", legs);
        for (int i = 1; i < fills.size(); i++) {
            for (int j = 0; j < i; j++) {
                require(
                        !fills.get(i).intent().equals(fills.get(j).intent()),
                        Reason.BAD_COUNT,
                        "fills %d and %d are of the same intent",
                        j,
                        i);
            }
        }
    }

    /** Checks one fill and counts its parts and nonce, so that the fills after it see them used. */
    private void checkFill(int i, Fill fill, SignedIntent signed, @Nullable Draft owner, Draft solver) {
        Intent intent = signed.intent();
        Optional<Refusal> form = IntentForm.check(intent, world.listings());
        if (form.isPresent()) {
            Refusal refusal = form.get();
            throw new StepRefused(
                    refusal.reason(),
                    "intent %d: %s (%s) must %s".formatted(i, refusal.field(), refusal.value(), refusal.rule()));
        }
        Bytes32 id = world.digest(intent);
        require(
                id.equals(fill.intent()),
                Reason.INTENT_MISMATCH,
                "fill %d is of %s, intent %d is %s",
                i,
                fill.intent(),
                i,
                id);
        if (owner == null) {
            throw noAccount(intent.owner(), intent.account());
        }
        require(owner != solver, Reason.SELF_TRADE, "intent %d is the solver's own", i);
        long time = step.time();
        require(
                intent.validFrom() <= time,
                Reason.NOT_YET_VALID,
                "intent %d is valid from %d, it is %d",
                i,
                intent.validFrom(),
                time);
        requireNotExpired(intent.validUntil());
        require(
                !owner.isLapsed(time),
                Reason.HEARTBEAT_MISSED,
                "account %d has missed its heartbeat: one was due by %d, it is %d",
                owner.index(),
                owner.liveUntil(),
                time);
        authorise(i + 1, intent.owner(), intent.account(), id, signed.signature(), RegisterKey.INTENTS);

        int open = owner.partial(id);
        long done = 0;
        if (open >= 0) {
            done = owner.partsDone(open);
        } else {
            requireUnused(owner, intent.nonce());
        }
        long left = intent.parts() - done;
        require(
                fill.parts() >= Math.min(intent.minParts(), left) && fill.parts() <= left,
                Reason.BAD_PARTS_FILLED,
                "fill %d is of %d parts; %d of %d are left, at least %d go at once",
                i,
                fill.parts(),
                left,
                intent.parts(),
                Math.min(intent.minParts(), left));
        long least = Fixed8.mulDivCeil(intent.cash(), fill.parts(), intent.parts());
        if (fill.cash() < least) {
            throw new StepRefused(
                    Reason.BELOW_LIMIT,
                    "fill %d gives %s USD, the owner signed for %s"
                            .formatted(i, Fixed8.format(fill.cash()), Fixed8.format(least)));
        }
        long most = Fixed8.mulDivFloor(intent.maxFee(), fill.parts(), intent.parts());
        if (fill.fee() > most) {
            throw new StepRefused(
                    Reason.FEE_ABOVE_LIMIT,
                    "fill %d takes a fee of %s USD, the owner signed for %s"
                            .formatted(i, Fixed8.format(fill.fee()), Fixed8.format(most)));
        }

        if (open < 0) {
            NonceLanes.use(owner.lanes(), intent.nonce());
        }
        done += fill.parts();
        if (done < intent.parts()) {
            if (open < 0) {
                owner.openPartial(id, intent.nonce(), intent.validUntil(), time, done);
            } else {
                owner.fillPartial(open, time, done);
            }
        } else if (open >= 0) {
            owner.removePartial(open);
        }
    }

    private void settleFill(Fill fill, Intent intent, Draft owner, Draft solver) {
        List<Leg> legs = intent.legs();
        for (int i = 0; i < legs.size(); i++) {
            Leg leg = legs.get(i);
            // Exact: each part is a whole number of units, and a part of a quantity is not larger than it.
            long quantity = leg.quantity() / intent.parts() * fill.parts();
            owner.add(leg.asset().id(), quantity);
            solver.add(leg.asset().id(), -quantity);
        }
        // The owner's limits bound both below 2^62, so that the difference fits.
        owner.setCash(Math.addExact(owner.cash(), fill.cash() - fill.fee()));
        solver.setCash(Math.subtractExact(solver.cash(), fill.cash()));
        add(GlobalRecord.FEES, fill.fee());
        add(GlobalRecord.FEES_TOTAL, fill.fee());
    }

    private void settleBid(Bid bid, Draft solver) {
        solver.setCash(Math.subtractExact(solver.cash(), bid.pays()));
        add(GlobalRecord.INSURANCE, bid.pays());
        solver.setLastAuction(bid.auction());
    }

    private void add(int field, long amount) {
        step.set(field, Math.addExact(step.get(field), amount));
    }

    private void requireAllowed(Draft account) {
        require(
                account.positionCount() <= Account.MAX_POSITIONS,
                Reason.POSITIONS_FULL,
                "account %d would have %d positions, 64 are the most",
                account.index(),
                account.positionCount());
        require(
                account.partialCount() <= Account.MAX_PARTIALS,
                Reason.PARTIALS_FULL,
                "account %d would have %d intents open in part, 16 are the most",
                account.index(),
                account.partialCount());
        for (int i = 0; i < account.positionCount(); i++) {
            if (account.quantityAt(i) < 0 && StandardMargin.kindOf(account.assetAt(i)) == AssetKind.SPOT.code()) {
                AssetId asset = new AssetId(account.assetAt(i));
                throw new StepRefused(
                        Reason.SPOT_NEGATIVE,
                        "account %d would have %s of %s"
                                .formatted(account.index(), Fixed8.format(account.quantityAt(i)), nameOf(asset)));
            }
        }
    }

    /** Margin of every touched account, ascending by index. */
    private void requireMargins() {
        for (int slot = 0; slot < step.touched(); slot++) {
            Draft account = step.touched(slot);
            Margin margin;
            try {
                margin = world.margin(slot, account);
            } catch (MarginUnavailable e) {
                String detail = e.reason() == Reason.ISOLATED_UNDERLYING
                        ? "account %d would break its mode: %s".formatted(account.index(), e.detail())
                        : e.detail();
                throw new StepRefused(e.reason(), detail);
            }
            if (margin.netInitial() < 0) {
                throw new StepRefused(
                        Reason.MARGIN_INITIAL,
                        "account %d needs %s USD, has %s USD"
                                .formatted(
                                        account.index(),
                                        Usd.format(margin.imRequirement()),
                                        Usd.format(margin.value())));
            }
            if (margin.cashAndDerivatives() < 0) {
                throw new StepRefused(
                        Reason.CASH_DEBT,
                        "account %d would owe %s USD that only its base assets cover"
                                .formatted(account.index(), Usd.format(margin.cashAndDerivatives())));
            }
        }
    }

    private Draft existing(int part, Address owner, long account) {
        Draft draft = world.account(part, owner, account);
        if (draft == null) {
            throw noAccount(owner, account);
        }
        return draft;
    }

    private static Draft existing(@Nullable Draft checked) {
        if (checked == null) {
            throw new IllegalStateException("An owner without an account passed the checks.");
        }
        return checked;
    }

    private static StepRefused noAccount(Address owner, long account) {
        return new StepRefused(Reason.NO_ACCOUNT, "%s has no account %d".formatted(owner, account));
    }

    void authorise(int signature, Address owner, long account, Bytes32 digest, Signature bytes, int scope) {
        Address signer = recover(digest, bytes);
        if (signer.equals(owner)) {
            return;
        }
        Grant key = world.key(signature, owner, account, signer);
        if (key == null) {
            throw new StepRefused(
                    Reason.SIGNER_MISMATCH,
                    "signed by %s, which is neither %s nor a key of its account %d".formatted(signer, owner, account));
        }
        require((key.scope() & scope) != 0, Reason.KEY_NOT_ALLOWED, "the key %s may not sign this", signer);
        require(
                step.time() <= key.expiry(),
                Reason.KEY_NOT_ALLOWED,
                "the key %s expired at %d, it is %d",
                signer,
                key.expiry(),
                step.time());
        step.usedKey(signature, key);
    }

    private Address recover(Bytes32 digest, Signature signature) {
        require(Signatures.isWellFormed(signature), Reason.SIGNATURE_FORM, "the signature's v, r or s is out of range");
        return recovery.recover(digest, signature)
                .orElseThrow(() -> new StepRefused(Reason.SIGNER_MISMATCH, "the signature recovers to no address"));
    }

    private void requireNotExpired(long validUntil) {
        require(validUntil >= step.time(), Reason.EXPIRED, "valid until %d, it is %d", validUntil, step.time());
    }

    private static void requireUnused(Draft account, long nonce) {
        if (!NonceLanes.isUnused(account.lanes(), nonce)) {
            throw nonceUsed(nonce);
        }
    }

    private static StepRefused nonceUsed(long nonce) {
        return new StepRefused(
                Reason.NONCE_USED,
                "nonce %d of lane %d is used or outside the lane's window"
                        .formatted(NonceLanes.number(nonce), NonceLanes.lane(nonce)));
    }

    private String nameOf(AssetId asset) {
        return world.listings().nameOf(asset).orElseGet(asset::toString);
    }

    private static void require(boolean holds, Reason reason, String detail) {
        if (!holds) {
            throw new StepRefused(reason, detail);
        }
    }

    /** The detail is put together only where it is needed. */
    private static void require(boolean holds, Reason reason, String detail, @Nullable Object... values) {
        if (!holds) {
            throw new StepRefused(reason, detail.formatted(values));
        }
    }
}
