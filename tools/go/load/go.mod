// The load generator of `make bench`: the standard library and nothing else.
module aup.asergo.com/tools/load

go 1.26.0
