package telegram

import (
	"context"
	"encoding/binary"
	"time"

	"cobijo/bot/render"
	"cobijo/bot/store"
)

func plainLead(md string) string { return render.Plain(md, 0) }

const (
	eraseEvery = time.Second
	eraseAgain = 30 * time.Second // after so long a deletion that did not end is tried again
	eraseMost  = 100
)

// eraseLater notes that a message is to be deleted, in the store, so that a restart does not forget it.
func (c *Channel) eraseLater(ctx context.Context, chat, id int64, after time.Duration) {
	note := binary.AppendVarint(binary.AppendVarint(nil, chat), id)
	if err := c.store.Later(ctx, channel, note, c.o.Now().Add(after)); err != nil {
		c.o.Log.ErrorContext(ctx, "a message of a discreet chat is not going to be deleted", "channel", channel, "error", err)
	}
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

// eraseAll deletes the messages of each chat in one call.
func (c *Channel) eraseAll(ctx context.Context, notes []store.Note) {
	type due struct {
		ids   []int64
		notes []store.Note
	}
	chats := map[int64]*due{}
	for _, n := range notes {
		chat, i := binary.Varint(n.Data)
		id, j := int64(0), 0
		if i > 0 {
			id, j = binary.Varint(n.Data[i:])
		}
		d := chats[chat]
		if d == nil {
			d = &due{}
			chats[chat] = d
		}
		d.notes = append(d.notes, n)
		if j > 0 {
			d.ids = append(d.ids, id)
		}
	}
	for chat, d := range chats {
		ctx, cancel := context.WithTimeout(ctx, store.SendTime)
		var err error
		if len(d.ids) > 0 {
			err = c.try(ctx, "deleteMessages", &parcel{chat: chat, rest: idList(d.ids)}, nil)
		}
		cancel()
		if err != nil && !rejected(err) && !gone(err) {
			c.o.Log.WarnContext(ctx, "not deleted yet", "channel", channel, "cause", err.Error())
			continue
		}
		if err := c.store.Noted(context.WithoutCancel(ctx), channel, d.notes...); err != nil {
			c.o.Log.ErrorContext(ctx, "what was deleted is deleted again", "channel", channel, "error", err)
		}
	}
}
