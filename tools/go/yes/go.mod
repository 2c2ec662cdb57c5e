// What `make bench` sets webhooks against: the standard library and nothing else.
module aup.asergo.com/tools/yes

go 1.26.0
