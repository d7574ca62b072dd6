;; A verdict that there is not.
;; Limit: the canonical ABI.
(module
  (;rule;)
  (;finding;)
  (;head;)
    (drop (call $answer (i32.const 1)))
    (i32.store8 (i32.const 4128) (i32.const 7))
    (i32.const 512)))
