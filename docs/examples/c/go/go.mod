module example.com/cocket-check

go 1.21
