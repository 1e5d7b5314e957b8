package slack

import (
	"bytes"
	"context"
	"fmt"

	"cobijo/knowledge/statement"
	"cobijo/locales"
)

// export sends whoever asks the commitments of a query as a file, in their direct messages.
func (c *Channel) export(ctx context.Context, a *asker, lang, format string, q query) error {
	all := c.found(q)
	if len(all) == 0 {
		s := &sheet{}
		s.section(escape(c.texts.Text(lang, "none_found")))
		return c.say(ctx, a, s)
	}
	var buf bytes.Buffer
	var ids []string
	for _, one := range all {
		ids = append(ids, one.ID)
	}
	now := c.current(ctx, ids...)
	status := func(id string) string { return string(now[id].Status()) }
	var err error
	switch format {
	case "json":
		err = statement.WriteJSONStatus(&buf, all, status)
	default:
		format = "csv"
		err = statement.WriteCSVStatus(&buf, all, status)
	}
	if err != nil {
		return fmt.Errorf("export: %w", err)
	}
	name := "san-jose-commitments-" + c.o.Now().UTC().Format("2006-01-02") + "." + format
	count := c.texts.Count(lang, "found", len(all))
	if err := c.w.upload(ctx, a.user, name, statement.DocumentName().In(lang), escape(count), buf.Bytes()); err != nil {
		return err
	}
	s := &sheet{}
	s.section(escape(c.texts.Text(lang, "slack_exported", locales.Args{"File": name, "Count": count})))
	if a.private() {
		return nil // the file stands where it was asked for
	}
	replace := *a
	replace.replace = false // the list stays
	return c.say(ctx, &replace, s)
}
