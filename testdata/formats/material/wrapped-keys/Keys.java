class Keys {
    static final String KEY =
        "MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQDCxhHCpYHdOxvlq+Y9veKE" +
        "sEt1GMVS9L+UXuhZ02Oj0clcWLoHNoPrUXYb83W8XQiFJwJj7ll0nQtq95yvG8bKbLIzR68e" +
        "FjKQhYifo7x9w87//tZHsIGXiv1dZ7d+AHCl5CzuFAkFuWYnpcudCu7lgBOz2V99cny+R3Ds" +
        "PuHOK9kRHo7fsw2F/BiegcHFrcKH+dC0HmSPmHslYyqS98koxLIYibtzJsWvhVgLFqGCwiCM" +
        "2QiWeMo6Nr0xsBKx02F4QOtfYqCobVKChMpIX8lO8tyJbYrXjxnOpzU/2CpcVwvInvRwsPN+" +
        "VevQ9AEYUwXEkMvfxb7DSogpUDT1OlH5AgMBAAECggEANTSjHF9W0sa3T61+ByasTp/T9QhP" +
        "uuIFxXOJmCQRJ2qCzXmlU5wWPD1z/J2sb0igr7LgyciN4jeWK2G5iPIXAyvfH/f4g8j/hhAc" +
        "KrOxJU/MZ4zHHy09sVZz8MSI0OAw5Xgnt998OXaUS8dUEDGw4btzZmE+XwfbwKTGWZqx1z4T" +
        "8jDURn1ijrqZY17jzSwYRBtLa91t1tbYxATmjfHaoHoG6ZbQz5Zd0gS+ObywE0q6YJyxqCTr" +
        "3u6p20ribAZCC8oHqu/Pxr4vgxfhNUfrXPQy7GfyA2szgmx2bXAv5g0FOniQ4U+FGYbsRnI8" +
        "lV2fmzVJqoERBCAhc38hAPTXEwKBgQDrcz3Z/a0U+DHS8cJCUyrnJC7DeDpNXvimJ0bocTFg" +
        "qnv3HvTshMIj4/4gqaP+zNldQlJCAq3x0KT/UGOCKs9L6UTg3Vuqy7xGNaFVYDEKuIhbvTH8" +
        "va4In7p4dF5a5NDfii/ypVJEGeZVYMk2to+MaQbrWNE/7Ao2wmQDG52NtwKBgQDTxfouk2Tt" +
        "YIWyRi37WmdEQsKSU3ACkOMadIm206DrqNZ2lcX+VgcI5439qt0T8zUmOcmk8IvOFTyIb4cC" +
        "7Rd1krOMqCwAK96U7DIUQqIl4hMiQtfb3zCyJyrmetTF481slAjRBR0HiO2oDNHpFPMryMLT" +
        "y9j7i6sOjJnklnEdzwKBgC5OLtblfhnGqj3bUCItKx3kTtIgng7DY9GBnf9u65AgV1sFmpO9" +
        "lFTsrPkNg/RDo2gk9/qFfmI1b43K6JccBkLesK4suq9/fBqux3j7/wklu6OXNPKI92Y4y7qO" +
        "4FOt9qpQChgFjYVZNqSJ8WiyRM8PhM3aXOTebi/Q0UyPLNBHAoGAV9M0BRrVcWhlKeDW8vWz" +
        "++gf3yVBP58sv+zyq+KqSvEzN+y3Ntoggr3c8gVpN/vV3+t5R7EGmcnO19pAyKLg5r6XPc8E" +
        "qHGJFoO55RMZQdK3Eq9b6/BstoVt0jXAhe0KZWwjF+Qh/Nz5iob+isZIbrEMs19HtlJe92Kx" +
        "8828TZsCgYBnpajFRryluuxT4m/kt3QARFsjDCs5x4KGtK4bM6lfYSzBfQFgTjmsUyAxSfdO" +
        "cAHxMDiZi9xfsIisxhnWkq86FqhhoDIquPGnOe9R5GUKPnEpSXFTQ3BURljDHyBfFlNcYe3t" +
        "+p8kHaZ+fqcPo6WEkAkOVvknar78QPbQLr1Qlg==";}
