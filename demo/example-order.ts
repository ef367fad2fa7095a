/** The example order of BigCommerce's payments documentation: 60.98 USD for customer 11. */
export const exampleOrder = {
  status_id: 0,
  customer_id: 11,
  billing_address: {
    first_name: 'Jane',
    last_name: 'Does',
    company: '',
    street_1: '123 Main Street',
    street_2: '',
    city: 'Austin',
    state: 'Texas',
    zip: '78751',
    country: 'United States',
    country_iso2: 'US',
    email: 'janedoe@email.com',
  },
  shipping_addresses: [
    {
      first_name: 'Trishy',
      last_name: 'Test',
      company: 'Acme Pty Ltd',
      street_1: '666 Sussex St',
      street_2: '',
      city: 'Anywhere',
      state: 'Some State',
      zip: '12345',
      country: 'United States',
      country_iso2: 'US',
      phone: '',
      email: 'janedoe@email.com',
    },
  ],
  products: [
    { name: 'BigCommerce Poster', quantity: 1, price_inc_tax: 10.98, price_ex_tax: 10 },
    { name: 'BigCommerce Poster II', quantity: 1, price_inc_tax: 50, price_ex_tax: 45 },
  ],
}
