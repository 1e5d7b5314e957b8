package telegram

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"cobijo/bot/render"
	"cobijo/bot/store"
)

func plainLead(md string) string { return render.Plain(md, 0) }

const (
	eraseEvery = time.Second
	eraseAgain = 30 * time.Second // after so long a deletion that did not end is tried again
	eraseMost  = 100
	eraseUntil = 72 * time.Hour // Telegram lets messages be deleted for 48 hours
)

// eraseLater notes that messages are to be deleted, in the store, so that a restart does not forget it. It is no part of the
// chat's outbox: where Telegram does not delete them, nothing waits for it.
func (c *Channel) eraseLater(ctx context.Context, chat int64, ids []int64, after time.Duration) error {
	const most = 100 // https://core.telegram.org/bots/api#deletemessages
	for part := range slices.Chunk(ids, most) {
		note := binary.AppendVarint(binary.AppendVarint(nil, chat), c.o.Now().Unix())
		for _, id := range part {
			note = binary.AppendVarint(note, id)
		}
		if err := c.store.Later(ctx, channel, note, c.o.Now().Add(after)); err != nil {
			return fmt.Errorf("note what is to be deleted: %w", err)
		}
	}
	return nil
}

// readNote reads what eraseLater wrote.
func readNote(b []byte) (chat int64, made time.Time, ids []int64) {
	var all []int64
	for len(b) > 0 {
		n, size := binary.Varint(b)
		if size <= 0 {
			return 0, time.Time{}, nil
		}
		all, b = append(all, n), b[size:]
	}
	if len(all) < 3 {
		return 0, time.Time{}, nil
	}
	return all[0], time.Unix(all[1], 0), all[2:]
}

// numbers reads the numbers of messages out of receipts, each once.
func numbers(receipts [][]byte) []int64 {
	var ids []int64
	for _, r := range receipts {
		if id, n := binary.Varint(r); n > 0 && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// erase deletes what is due, until the context ends.
func (c *Channel) erase(ctx context.Context) {
	tick := time.NewTicker(eraseEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if c.out.Paused() > 0 {
			continue
		}
		notes, err := c.store.Notes(ctx, channel, eraseMost, eraseAgain)
		if err != nil {
			if ctx.Err() == nil {
				c.o.Log.ErrorContext(ctx, "what is to be deleted cannot be read", "channel", channel, "error", err)
			}
			continue
		}
		c.eraseAll(ctx, notes)
	}
}

// drop deletes messages. What Telegram says that it never will delete needs no other try.
func (c *Channel) drop(ctx context.Context, chat int64, ids ...int64) error {
	err := c.try(ctx, "deleteMessages", &parcel{chat: chat, rest: idList(ids)}, nil)
	if rejected(err) || gone(err) {
		return nil
	}
	return err
}

// eraseAll deletes what notes name. A note is dropped when Telegram deleted, or says that it never will, or lets it no more.
func (c *Channel) eraseAll(ctx context.Context, notes []store.Note) {
	for _, n := range notes {
		chat, made, ids := readNote(n.Data)
		var err error
		if len(ids) > 0 && c.o.Now().Sub(made) < eraseUntil {
			ctx, cancel := context.WithTimeout(ctx, store.SendTime)
			err = c.drop(ctx, chat, ids...)
			cancel()
		}
		if err != nil {
			c.o.Log.WarnContext(ctx, "not deleted yet", "channel", channel, "cause", err.Error())
			continue
		}
		if err := c.store.Noted(context.WithoutCancel(ctx), channel, n); err != nil {
			c.o.Log.ErrorContext(ctx, "what was deleted is deleted again", "channel", channel, "error", err)
		}
	}
}
