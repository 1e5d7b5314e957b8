package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Counted is how often something happened on one day: what of, in which country, on which topic ("" where it is not known).
type Counted struct {
	Day     time.Time // midnight, UTC
	What    string    // as Count was told
	Country string
	Topic   string
	N       int64
}

// Counts gives the counts of the days from the one of from to the one of to, both with.
func (s *Store) Counts(ctx context.Context, from, to time.Time) ([]Counted, error) {
	from, to = day(from), day(to)
	var days []time.Time
	var reads []*redis.MapStringStringCmd
	pipe := s.rdb.Pipeline()
	for d := from; !d.After(to) && len(days) <= int(countTTL/(24*time.Hour)); d = d.AddDate(0, 0, 1) {
		days = append(days, d)
		reads = append(reads, pipe.HGetAll(ctx, countKey(d)))
	}
	if len(days) == 0 {
		return nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	var all []Counted
	for i, read := range reads {
		for field, value := range read.Val() {
			if c, ok := readCount(field, value); ok {
				c.Day = days[i]
				all = append(all, c)
			}
		}
	}
	return all, nil
}

func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// countKey is of one day's counts.
func countKey(day time.Time) string { return "cobijo:{count}:" + day.UTC().Format(time.DateOnly) }

// countField is what, in which country, on which topic.
func countField(what, country, topic string) string { return what + ":" + country + "/" + topic }

// readCount reads what Count wrote; false where it did not.
func readCount(field, value string) (c Counted, ok bool) {
	what, where, ok := strings.Cut(field, ":")
	if !ok {
		return c, false
	}
	country, topic, ok := strings.Cut(where, "/")
	if !ok {
		return c, false
	}
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return c, false
	}
	return Counted{What: what, Country: country, Topic: topic, N: n}, true
}
