package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Setting is one of Redis's own on which it depends whether it keeps what it is given.
type Setting struct {
	Name  string // as in redis.conf
	Value string
	Want  string // what keeps everything
}

// Safe tells whether the setting is as it should be.
func (s Setting) Safe() bool { return s.Value == s.Want }

// ErrSettingsHidden says that the server tells nobody its settings, as some providers' do not.
var ErrSettingsHidden = errors.New("redis does not tell its settings")

// Settings asks the server, or each master of a cluster, for its settings. Of several that differ the unsafe one is given.
func (s *Store) Settings(ctx context.Context) ([]Setting, error) {
	cluster, ok := s.rdb.(*redis.ClusterClient)
	if !ok {
		return settingsOf(ctx, s.rdb)
	}
	var mu sync.Mutex
	var all []Setting
	err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
		one, err := settingsOf(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		if all == nil {
			all = one
		}
		for i := range one {
			if all[i].Safe() {
				all[i] = one[i]
			}
		}
		return err
	})
	return all, err
}

// settingsOf asks one server: by CONFIG GET, and where that is forbidden by INFO, which tells the same in other words.
func settingsOf(ctx context.Context, rdb redis.Cmdable) ([]Setting, error) {
	all := []Setting{{Name: "appendonly", Want: "yes"}, {Name: "maxmemory-policy", Want: "noeviction"}}
	told, err := rdb.ConfigGet(ctx, "appendonly").Result()
	if err == nil {
		var policy map[string]string
		policy, err = rdb.ConfigGet(ctx, "maxmemory-policy").Result()
		told["maxmemory-policy"] = policy["maxmemory-policy"]
	}
	if refused := redis.Error(nil); err != nil && errors.As(err, &refused) {
		told, err = infoOf(ctx, rdb)
	}
	if err != nil {
		return nil, fmt.Errorf("ask redis for its settings: %w", err)
	}
	for i := range all {
		if all[i].Value = told[all[i].Name]; all[i].Value == "" {
			return nil, ErrSettingsHidden
		}
	}
	return all, nil
}

func infoOf(ctx context.Context, rdb redis.Cmdable) (map[string]string, error) {
	told := map[string]string{}
	for _, section := range []string{"persistence", "memory"} {
		info, err := rdb.Info(ctx, section).Result()
		if refused := redis.Error(nil); err != nil && errors.As(err, &refused) {
			return told, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read section %s: %w", section, err)
		}
		readInfo(info, told)
	}
	return told, nil
}

// readInfo reads what INFO says of the settings into told, by their names in redis.conf.
func readInfo(info string, told map[string]string) {
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch {
		case name == "maxmemory_policy":
			told["maxmemory-policy"] = value
		case name == "aof_enabled" && value == "1":
			told["appendonly"] = "yes"
		case name == "aof_enabled":
			told["appendonly"] = "no"
		}
	}
}
