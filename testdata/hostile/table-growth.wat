;; Grows a table without end.
;; Limit: the total of table elements in a store.
(module
  (table $table 1 funcref)
  (;rule;)
  (;head;)
    (loop $again
      (drop (table.grow $table (ref.null func) (i32.const 1000)))
      (br $again))
    (unreachable)))
